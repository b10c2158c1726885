import { setTimeout as delay } from 'node:timers/promises';
import { Label } from '../../../api/names/keys';
import { pollUntil } from '../../../local/processes/poll';
import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import type { Scenario } from '../result';
import { run } from '../rig/install';
import { BINDING, BINDINGS_PATH } from '../rig/manifests';
import type { Rig } from '../rig/rig';
import { requestsPerNode } from './costs';
import { countUnreachable, useTheLink } from './heal';

const WITHIN = 300_000;
/** So soon a changed kubeconfig is in use. */
const TAKEN_UP_MILLIS = 10_000;

/** The network to the physical cluster is cut, and in the end nobody waits for it any longer. Nothing is lent afterwards, so it comes last. */
export const abandon: Scenario = {
  name: 'abandon',
  title: 'a physical cluster that does not answer is abandoned',
  needsPods: false,
  onlyNamed: true,
  manner: 'loud',
  run: async (rig) => {
    const { nodes } = rig.options;
    await useTheLink(rig);
    await delay(TAKEN_UP_MILLIS);
    rig.physical.cut();
    await pollUntil(async () => (await countUnreachable(rig)) >= nodes, { what: 'every node to say that the cluster is unreachable', within: WITHIN, every: 500 });
    const { result, cost } = await observed(rig, () => unbound(rig));
    rig.physical.heal();
    return {
      measurements: [
        { metric: 'abandon.binding', title: `abandoned → the binding of ${nodes} nodes is gone`, value: result.binding, unit: 's' },
        { metric: 'abandon.nodes', title: 'abandoned → every vnode is gone', value: result.nodes, unit: 's' },
        requestsPerNode('abandon.requests', cost.requests, nodes),
      ],
      violations: [],
    };
  },
};

/** Seconds until the last vnode, and the binding, were gone. */
async function unbound({ virtual, watches }: Rig): Promise<{ nodes: number; binding: number }> {
  const since = now();
  await run('unbind', BINDING, '--abandon', '--kubeconfig', virtual.kubeconfig);
  const isOurs = (node: { metadata?: { labels?: Record<string, string> } }) => node.metadata?.labels?.[Label.ClusterBinding] === BINDING;
  const last = await watches.nodes.until('every vnode to be gone', (nodes) => ![...nodes].some(isOurs), WITHIN);
  const isGone = async () => (await virtual.api.find(`${BINDINGS_PATH}/${BINDING}`)) === null;
  await pollUntil(isGone, { what: 'the binding to be gone', within: WITHIN, every: 50 });
  return { nodes: (last - since) / 1000, binding: (now() - since) / 1000 };
}
