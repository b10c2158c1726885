import { Registry } from 'prom-client';
import { registerReclaimMetrics } from '../../../workers/observability/reclaim-metrics';
import { aNode, aNodeCondition } from '../../support/builders/node';

const of = (binding: string, ...conditions: Parameters<typeof aNodeCondition>[]) =>
  aNode()
    .labelled({ 'kubeocean.io/cluster-binding': binding })
    .reporting(...conditions.map((condition) => aNodeCondition(...condition)))
    .build();

it('counts stuck nodes by binding, as they are now', async () => {
  const registry = new Registry();
  let nodes = [of('east', ['ReclaimStuck', 'True']), of('east', ['ReclaimStuck', 'True']), of('west', ['Reclaiming', 'True'])];
  registerReclaimMetrics(registry, { list: () => nodes as never });
  expect(await registry.metrics()).toContain('kubeocean_reclaim_stuck_nodes{clusterbinding="east"} 2');
  expect(await registry.metrics()).toContain('kubeocean_reclaim_stuck_nodes{clusterbinding="west"} 0');
  nodes = [of('east')];
  expect(await registry.metrics()).toContain('kubeocean_reclaim_stuck_nodes{clusterbinding="east"} 0');
  expect(await registry.metrics()).not.toContain('west');
});
