import { Registry } from 'prom-client';
import type { VnodeFigures } from '../../../activities/watch/figures';
import { nodeFigures, type OccupyingPod } from '../../../domain/capacity';
import { registerVnodeMetrics } from '../../../workers/observability/vnode-metrics';

const ours = {
  'kubeocean.io/managed-by': 'kubeocean',
  'kubeocean.io/virtual-cluster': 'v1',
  'kubeocean.io/cluster-binding': 'east',
};
const podOf = (labels: Record<string, string>, cpu: string): OccupyingPod => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] },
});
const figuresOf = (vnode: string, cpu: string): VnodeFigures => ({
  binding: 'east',
  vnode,
  figures: nodeFigures({
    node: { allocatable: { cpu, memory: '1Gi', pods: '10', 'nvidia.com/gpu': '2', 'example.com/x': '1' } },
    pods: [podOf({}, '500m'), podOf(ours, '250m'), { ...podOf(ours, '9'), status: { phase: 'Failed' } }],
    limits: [{ resource: 'cpu', percent: 50 }],
    virtualCluster: 'v1',
    binding: 'east',
  }),
});

it('tells what nodes have, lend and are used for, by vnode and by binding, and forgets those that are gone', async () => {
  const registry = new Registry();
  let figures = [figuresOf('vnode-a', '4'), figuresOf('vnode-b', '2')];
  registerVnodeMetrics(registry, () => figures);
  const lines = async () => {
    const text = await registry.metrics();
    return text.split('\n').filter((line) => line.startsWith('kubeocean')).map((line) => line.replaceAll('clusterbinding="east"', 'east'));
  };
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'kubeocean_syncer_vnode_total{east} 2',
      'kubeocean_syncer_vnode_origin_resource{east,node="vnode-a",resource="cpu"} 4000',
      'kubeocean_syncer_vnode_origin_resource{east,node="vnode-a",resource="memory"} 1024',
      'kubeocean_syncer_vnode_origin_resource{east,node="vnode-a",resource="nvidia.com/gpu"} 2',
      'kubeocean_syncer_vnode_available_resource{east,node="vnode-a",resource="cpu"} 1750',
      'kubeocean_syncer_vnode_physical_usage{east,node="vnode-a",resource="cpu"} 500',
      'kubeocean_syncer_vnode_virtual_usage{east,node="vnode-a",resource="cpu"} 250',
      'kubeocean_syncer_cluster_origin_resource{east,resource="cpu"} 6000',
      'kubeocean_syncer_cluster_available_resource{east,resource="cpu"} 2500',
      'kubeocean_syncer_cluster_physical_usage{east,resource="cpu"} 1000',
      'kubeocean_syncer_cluster_virtual_usage{east,resource="cpu"} 500',
    ]),
  );
  expect((await lines()).join()).not.toMatch(/"pods"|example\.com/);
  await new Promise((resolve) => setImmediate(resolve));
  figures = [];
  expect(await lines()).toEqual([]);
});
