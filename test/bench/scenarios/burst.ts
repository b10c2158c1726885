import { identityFaults } from '../measure/identity';
import { observed } from '../measure/observed';
import type { Outcome, Scenario } from '../result';
import { PODS_PATH } from '../rig/manifests';
import { postPods, type Posted } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { cpuPerPod, eventsPerPod, memoryOf, requestsPerPod } from './costs';
import { deleteAll } from './delete-all';

const WITHIN = { within: 300_000 };

/** Many pods at once, and then all of them deleted. */
export function burst(size: 'pods' | 'burst'): Scenario {
  return {
    name: size === 'pods' ? 'burst' : 'burst-large',
    title: `a burst of pods (--${size}), then delete all`,
    needsPods: true,
    manner: 'loud',
    run: async (rig) => {
      if (rig.options[size] === 0) return { measurements: [], violations: [] };
      const { posted, outcome } = await startAll(rig, size);
      const deletion = await deleteAll(rig, posted.names);
      return {
        measurements: [...outcome.measurements, ...deletion],
        violations: outcome.violations,
      };
    },
  };
}

async function startAll(rig: Rig, size: 'pods' | 'burst'): Promise<{ posted: Posted; outcome: Outcome }> {
  const { virtualPods, physicalPods } = rig.watches;
  const count = rig.options[size];
  const { result, cost } = await observed(rig, async () => {
    const posted = await postPods(rig, size === 'pods' ? 'burst' : 'large', count);
    const [copies, running] = await Promise.all([
      physicalPods.until(posted.names, 'seen', WITHIN),
      virtualPods.until(posted.names, 'running', WITHIN),
    ]);
    return { posted, copies: (copies - posted.since) / 1000, running: (running - posted.since) / 1000 };
  });
  const { posted, copies, running } = result;
  const measurements = [
    { metric: 'burst.copies', title: `${count} pods: all pPods exist`, value: copies, unit: 's' },
    { metric: 'burst.running', title: `${count} pods: all Running`, value: running, unit: 's' },
    { metric: 'burst.rate', title: 'pods Running', value: count / running, unit: 'pods/s' },
    requestsPerPod('burst.requests', cost.requests, count),
    eventsPerPod('burst.events', cost, count),
    ...cpuPerPod('burst', cost, count),
    ...memoryOf('burst', cost.uses),
  ] as const;
  return { posted, outcome: { measurements, violations: await faultsOf(rig, posted) } };
}

/** Whether every pod that was posted runs, once. */
export async function faultsOf({ virtual, watches }: Rig, posted: Posted): Promise<string[]> {
  type Listed = { metadata: { name: string; uid: string }; status: { phase: string } };
  const { items } = await virtual.api.get<{ items: Listed[] }>(PODS_PATH);
  const listed = items.map(({ metadata: { name, uid }, status: { phase } }) => ({ name, uid, phase }));
  return identityFaults({ ...watches, posted: posted.uids, listed });
}
