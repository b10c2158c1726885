import { vnodeName } from '../../../domain/vnode';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import type { Scenario } from '../result';
import { CLUSTER_ID, POLICIES_PATH, policy } from '../rig/manifests';
import { isReady } from '../rig/node-arrivals';
import { memoryOf, requestsPerNode } from './costs';

/** Policy created → all vnodes Ready. Every other scenario needs these vnodes. */
export const leases: Scenario = {
  name: 'leases',
  title: 'policy created → all vnodes Ready',
  needsPods: false,
  run: async (rig) => {
    const { options, physical, watches } = rig;
    const awaited = nodeNames('c1-node', options.nodes).map((node) => vnodeName(CLUSTER_ID, node));
    const { result, cost } = await observed(rig, async () => {
      const since = now();
      const allReady = watches.nodes.untilEach(`${awaited.length} vnodes to be Ready`, awaited, { isSo: isReady, within: 300_000 });
      await physical.api.create(POLICIES_PATH, policy('main'));
      return (Math.max(...(await allReady).values()) - since) / 1000;
    });
    return {
      measurements: [
        { metric: 'leases.ready', title: `${awaited.length} vnodes Ready`, value: result, unit: 's' },
        requestsPerNode('leases.requests', cost.requests, awaited.length),
        ...memoryOf('leases', cost.uses),
      ],
      violations: [],
    };
  },
};
