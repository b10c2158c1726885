import type { Node } from 'kubernetes-types/core/v1';
import { Taint } from '../../../api/names/keys';
import { vnodeName } from '../../../domain/vnode';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import { FakeAnnotation } from '../../../local/clusters/kwok-stages';
import { now } from '../measure/clock';
import { spread } from '../measure/statistics';
import type { Measurement, Scenario } from '../result';
import { CLUSTER_ID, POOL_LABEL } from '../rig/manifests';
import { hasTaint, isReady } from '../rig/node-arrivals';
import type { Rig } from '../rig/rig';

const NODES = 20;
const WITHIN = 60_000;
const STRATEGIC = 'application/strategic-merge-patch+json';

/** Something that happens to a physical node, and how its vnode shows it. */
interface Event {
  readonly what: string;
  happens(rig: Rig, node: string): Promise<unknown>;
  isShown(vnode: Node): boolean;
}

const edit = (body: object) => ({ physical }: Rig, node: string) => physical.api.merge(`/api/v1/nodes/${node}`, body);
const report = (status: object) => ({ physical }: Rig, node: string) =>
  physical.api.call('PATCH', `/api/v1/nodes/${node}/status`, { body: { status }, contentType: STRATEGIC });
const down = (value: string | null) => edit({ metadata: { annotations: { [FakeAnnotation.NodeDown]: value } } });
const pressure = (status: 'True' | 'False') => report({ conditions: [{ type: 'MemoryPressure', status }] });
const isUnderPressure = ({ status }: Node) => status?.conditions?.some((one) => one.type === 'MemoryPressure' && one.status === 'True') === true;

/** In the order in which they happen to a node. Going down and coming back include what the kubelets played here take. */
const EVENTS: readonly Event[] = [
  { what: 'down', happens: down('yes'), isShown: (vnode) => !isReady(vnode) },
  { what: 'back', happens: down(null), isShown: isReady },
  { what: 'pressure', happens: pressure('True'), isShown: isUnderPressure },
  { what: 'relief', happens: pressure('False'), isShown: (vnode) => !isUnderPressure(vnode) },
  { what: 'cordon', happens: edit({ spec: { unschedulable: true } }), isShown: (vnode) => hasTaint(vnode, Taint.PhysicalUnschedulable) },
  { what: 'uncordon', happens: edit({ spec: { unschedulable: null } }), isShown: (vnode) => !hasTaint(vnode, Taint.PhysicalUnschedulable) },
  { what: 'boot', happens: report({ nodeInfo: { bootID: 'second' } }), isShown: ({ status }) => status?.nodeInfo?.bootID === 'second' },
];

/** Changes of physical nodes of their own, one after the other; in the end they disappear. */
export const mirror: Scenario = {
  name: 'mirror',
  title: 'physical nodes change, one after the other, and disappear',
  needsPods: false,
  manner: 'loud',
  run: async (rig) => {
    const nodes = nodeNames('c1-mirrored', NODES);
    await rig.physical.addNodes({ names: nodes, labels: { [POOL_LABEL]: 'main' } });
    const vnodes = nodes.map((node) => vnodeName(CLUSTER_ID, node));
    await rig.watches.nodes.untilEach('the vnodes to be Ready', vnodes, { isSo: isReady, within: WITHIN });
    const changes = new Map<string, number[]>();
    for (const node of nodes) {
      for (const event of EVENTS) changes.set(event.what, [...(changes.get(event.what) ?? []), await shown(rig, node, event)]);
    }
    const gone: number[] = [];
    for (const node of nodes) gone.push(await disappearance(rig, node));
    return { measurements: [...figuresOf(changes), ...spreadOf('mirror.gone', 'a physical node is deleted → its vnode is gone', gone)], violations: [] };
  },
};

/** Milliseconds from just before the change. */
async function shown(rig: Rig, node: string, { what, happens, isShown }: Event): Promise<number> {
  const vnode = vnodeName(CLUSTER_ID, node);
  const isSo = () => {
    const seen = rig.watches.nodes.get(vnode);
    return seen !== undefined && isShown(seen);
  };
  const since = now();
  await happens(rig, node);
  return (await rig.watches.nodes.until(`${vnode} to show: ${what}`, isSo, WITHIN)) - since;
}

async function disappearance({ physical, watches }: Rig, node: string): Promise<number> {
  const vnode = vnodeName(CLUSTER_ID, node);
  const since = now();
  await physical.api.delete(`/api/v1/nodes/${node}`);
  return (await watches.nodes.until(`${vnode} to be gone`, () => watches.nodes.get(vnode) === undefined, WITHIN)) - since;
}

function figuresOf(changes: ReadonlyMap<string, readonly number[]>): Measurement[] {
  const all = [...changes.values()].flat();
  const slowest = [...changes].map(([what, values]) => `${what} ${Math.max(...values).toFixed(0)}`).join(', ');
  return spreadOf('mirror.change', 'a physical node changes → its vnode shows it', all, `slowest of each: ${slowest} ms`);
}

function spreadOf(metric: string, title: string, values: readonly number[], note?: string): Measurement[] {
  const { p50, p99 } = spread(values);
  return [
    { metric: `${metric}.p50`, title: `${title}, p50`, value: p50, unit: 'ms', note: `${values.length} of them` },
    { metric: `${metric}.p99`, title: `${title}, p99`, value: p99, unit: 'ms', note },
  ];
}
