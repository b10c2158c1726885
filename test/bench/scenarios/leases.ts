import { vnodeName } from '../../../domain/vnode';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import { now } from '../measure/clock';
import { usedBetween } from '../measure/processes';
import type { Scenario } from '../result';
import { CLUSTER_ID, POLICIES_PATH, policy } from '../rig/manifests';
import { isReady } from '../rig/node-arrivals';
import { memoryOf } from './costs';

/** Policy created → all vnodes Ready. Every other scenario needs these vnodes. */
export const leases: Scenario = {
  name: 'leases',
  title: 'policy created → all vnodes Ready',
  needsPods: false,
  run: async (rig) => {
    const { options, physical, watches } = rig;
    const awaited = new Set(nodeNames('c1-node', options.nodes).map((node) => vnodeName(CLUSTER_ID, node)));
    const isAwaited = ({ metadata }: { metadata?: { name?: string } }) => awaited.has(metadata?.name ?? '');
    const before = rig.uses();
    const since = now();
    const allReady = watches.nodes.until(
      `${awaited.size} vnodes to be Ready`,
      (nodes) => nodes.filter((node) => isAwaited(node) && isReady(node)).length === awaited.size,
      120_000,
    );
    await physical.api.create(POLICIES_PATH, policy('main'));
    const ready = await allReady;
    const uses = usedBetween(before, rig.uses());
    return {
      measurements: [
        { metric: 'leases.ready', title: `${awaited.size} vnodes Ready`, value: (ready - since) / 1000, unit: 's' },
        ...memoryOf('leases', uses),
      ],
      violations: [],
    };
  },
};
