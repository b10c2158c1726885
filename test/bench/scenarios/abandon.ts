import { setTimeout as delay } from 'node:timers/promises';
import { Label } from '../../../api/names/keys';
import { pollUntil } from '../../../local/processes/poll';
import { now } from '../measure/clock';
import type { Scenario } from '../result';
import { run } from '../rig/install';
import { BINDING, BINDINGS_PATH } from '../rig/manifests';
import { countUnreachable, useTheLink } from './heal';

const WITHIN = 300_000;
/** So soon a changed kubeconfig is in use. */
const TAKEN_UP_MILLIS = 10_000;

/** The network to the physical cluster is cut, and nobody waits for it any longer. Nothing is lent afterwards, so it comes last. */
export const abandon: Scenario = {
  name: 'abandon',
  title: 'a physical cluster that does not answer is abandoned',
  needsPods: false,
  onlyNamed: true,
  manner: 'loud',
  run: async (rig) => {
    const { virtual, physical, watches, options } = rig;
    await useTheLink(rig);
    await delay(TAKEN_UP_MILLIS);
    physical.cut();
    await pollUntil(async () => (await countUnreachable(rig)) > 0, { what: 'the nodes to say that the cluster is unreachable', within: WITHIN });
    const since = now();
    const seconds = (at: number) => (at - since) / 1000;
    await run('unbind', BINDING, '--abandon', '--kubeconfig', virtual.kubeconfig);
    const noneLeft = (nodes: Iterable<{ metadata?: { labels?: Record<string, string> } }>) =>
      ![...nodes].some(({ metadata }) => metadata?.labels?.[Label.ClusterBinding] === BINDING);
    const nodes = seconds(await watches.nodes.until('every vnode to be gone', noneLeft, WITHIN));
    const isGone = async () => (await virtual.api.find(`${BINDINGS_PATH}/${BINDING}`)) === null;
    await pollUntil(isGone, { what: 'the binding to be gone', within: WITHIN, every: 50 });
    const binding = seconds(now());
    physical.heal();
    return {
      measurements: [
        { metric: 'abandon.binding', title: `abandoned → the binding of ${options.nodes} nodes is gone`, value: binding, unit: 's' },
        { metric: 'abandon.nodes', title: 'abandoned → every vnode is gone', value: nodes, unit: 's' },
      ],
      violations: [],
    };
  },
};
