import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import type { Scenario } from '../result';
import { editMainPolicy } from '../rig/policies';
import { postPods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { closedWindow } from '../rig/windows';
import { eventsPerPod, requestsPerPod } from './costs';

/** Every window closes at once with pods on the nodes and no grace: until nothing of them is left on either side. */
export const reclaim: Scenario = {
  name: 'reclaim',
  title: 'all nodes are taken back with pods on them',
  needsPods: true,
  manner: 'loud',
  run: async (rig) => {
    const { nodes, pods } = rig.options;
    const posted = await postPods(rig, 'reclaim', pods);
    await rig.watches.virtualPods.until(posted.names, 'running', { within: 300_000 });
    const { result: seconds, cost } = await observed(rig, () => close(rig, posted.names));
    await editMainPolicy(rig, { timeWindows: [], forceReclaim: false });
    return {
      measurements: [
        { metric: 'reclaim.empty', title: `${nodes} nodes with ${pods} pods: closed → empty`, value: seconds, unit: 's' },
        requestsPerPod('reclaim.requests', cost.requests, pods),
        eventsPerPod('reclaim.events', cost, pods),
      ],
      violations: [],
    };
  },
};

/** @returns seconds from the edit that closes the windows to the end of the last pod on either side */
async function close(rig: Rig, names: readonly string[]): Promise<number> {
  const since = now();
  await editMainPolicy(rig, { timeWindows: [closedWindow(since)], forceReclaim: true });
  return ((await untilGone(rig, names, 300_000)) - since) / 1000;
}
