import type { Node } from 'kubernetes-types/core/v1';
import { Taint } from '../../../api/names/keys';
import { vnodeName } from '../../../domain/vnode';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import { now } from '../measure/clock';
import { percentile } from '../measure/statistics';
import type { Scenario } from '../result';
import { CLUSTER_ID } from '../rig/manifests';
import { hasTaint } from '../rig/node-arrivals';
import { editMainPolicy } from '../rig/policies';
import type { Rig } from '../rig/rig';
import { windowEndingSoon } from '../rig/windows';

/** From the edit of the policy to the edge: an edit of a policy over a thousand nodes needs its time to reach them all. */
const LEAST_OPEN_MS = (nodes: number) => 15_000 + 40 * nodes;

/** All windows close in the same minute, by their own timers: how late is each vnode's taint? */
export const edges: Scenario = {
  name: 'edges',
  title: 'all windows close in the same minute',
  needsPods: false,
  manner: 'loud',
  run: async (rig) => {
    const vnodes = nodeNames('c1-node', rig.options.nodes).map((node) => vnodeName(CLUSTER_ID, node));
    const { window, edge } = windowEndingSoon(now(), LEAST_OPEN_MS(vnodes.length));
    await editMainPolicy(rig, { timeWindows: [window] });
    const late = await latenessOf(rig, vnodes, edge);
    await editMainPolicy(rig, { timeWindows: [] });
    await untilOpen(rig, vnodes);
    const figures = { p50: percentile(late, 50), p99: percentile(late, 99), last: Math.max(...late) };
    return {
      measurements: Object.entries(figures).map(([name, value]) => ({
        ...{ metric: `edges.${name}`, title: `window's end → taint, ${name} of ${vnodes.length}`, value, unit: 's' as const },
      })),
      violations: late.some((seconds) => seconds < 0) ? ['a vnode was closed before its window ended'] : [],
    };
  },
};

/** Seconds from the edge to each taint. */
async function latenessOf({ watches }: Rig, vnodes: readonly string[], edge: number): Promise<number[]> {
  const isSo = (node: Node) => hasTaint(node, Taint.OutOfTimeWindows);
  const arrivals = await watches.nodes.untilEach('every vnode to be tainted', vnodes, { isSo, within: edge - now() + 300_000 });
  return [...arrivals.values()].map((at) => (at - edge) / 1000);
}

async function untilOpen({ watches }: Rig, vnodes: readonly string[]): Promise<void> {
  const isSo = (node: Node) => !hasTaint(node, Taint.OutOfTimeWindows);
  await watches.nodes.untilEach('every vnode to be open again', vnodes, { isSo, within: 300_000 });
}
