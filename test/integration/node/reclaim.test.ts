/** One step of a reclaim at a time, on real API servers, with nobody who would stop a pod: the node is dead. */
import { readFile } from 'node:fs/promises';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Fleet } from '../../../activities/fleet/fleet';
import { NOBODY } from '../../../activities/observer';
import { openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { deleteOnce, evictOnce } from '../../../activities/node/delete-once';
import { EdgeRush } from '../../../activities/node/edge-rush';
import { lendNodes } from '../../../activities/node/lend-nodes';
import { reconcileNode } from '../../../activities/node/reconcile-node';
import { placePod } from '../../../activities/pod/place-pod';
import type { ActivitySettings } from '../../../activities/settings';
import { GROUP_VERSION } from '../../../api/names/group';
import { Annotation, SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { ResourceLeasingPolicySpec } from '../../../api/names/types';
import { toRfc3339 } from '../../../domain/conditions';
import type { LeaseOverride } from '../../../domain/override';
import type { PodObject } from '../../../domain/pods';
import { decodeNote } from '../../../domain/reclaim';
import { createKubeClient, loadKubeconfig } from '../../../kube';
import { fakeNode } from '../../../local/clusters/fake-nodes';
import type { NodeOrders, NodePass, NodeRef } from '../../../workflows/contracts/activities';
import { BINDING, BINDINGS_PATH, clusterBinding, KUBECONFIG_SECRET, POLICIES_PATH } from '../../bench/rig/manifests';
import { install } from '../../bench/rig/install';
import { closedWindow, windowEndingSoon } from '../../bench/rig/windows';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { untilPodsAreWelcome } from '../../support/pods-welcome';
import { departuresOf } from '../../support/reclaim/departures';
import { PODS, vnodeOf } from '../../support/reclaim/rig';

const SETTINGS: ActivitySettings = {
  ...{ zone: 'UTC', gatewayAddress: null, kubeletPort: null, prometheusPort: 9_006 },
  ...{ unreachableAfterMillis: 30_000, reclaimStuckAfterMillis: 4_000, copyRetentionMillis: 300_000, maxReclaimPercent: null },
};
const NOTHING_KNOWN: NodeOrders = {
  ...{ phase: 'Starting', edge: null, deadline: null, forcedSince: null, stuck: false, forcedAt: null, cancelled: false },
  ...{ override: null, endedOverrideAt: null },
};

let servers: ApiServers;
let fleet: Fleet;
let bindingUid: string;
let nodes = 0;

const virtual = () => servers.first;
const physical = () => servers.clusters[1]!;

beforeAll(async () => {
  servers = await startApiServers(2, { audit: true });
  await install(virtual(), physical());
  const { api } = virtual();
  const kubeconfig = await readFile(physical().kubeconfig, 'utf8');
  await api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: KUBECONFIG_SECRET }, stringData: { kubeconfig } });
  const binding = await api.create<{ metadata: { uid: string } }>(BINDINGS_PATH, clusterBinding(WORKER_NAMESPACE));
  bindingUid = binding.metadata.uid;
  await physical().api.create('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'kubeocean-default' }, value: -10_000 });
  const client = createKubeClient(loadKubeconfig(virtual().kubeconfig));
  const failed = (error: unknown) => console.error(error);
  fleet = new Fleet(await openVirtualCluster(client, failed), failed);
  await fleet.virtual.synced();
  await Promise.all([untilPodsAreWelcome(api, 'default'), untilPodsAreWelcome(physical().api, WORKER_NAMESPACE)]);
});

afterAll(async () => {
  await fleet?.close();
  await servers?.stop();
});

interface Leased {
  readonly ref: NodeRef;
  readonly pods: readonly string[];
}

/** A node with a policy of its own. */
async function offer(spec: Partial<ResourceLeasingPolicySpec>): Promise<NodeRef> {
  const node = `n${(nodes += 1)}`;
  await physical().api.create('/api/v1/nodes', fakeNode(node));
  await physical().api.create(POLICIES_PATH, {
    apiVersion: GROUP_VERSION,
    kind: 'ResourceLeasingPolicy',
    metadata: { name: node },
    spec: { cluster: BINDING, nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] }, ...spec },
  });
  return { binding: BINDING, bindingUid, node };
}

/** A node that is lent, with pods that have a copy. Nothing ever stops there. */
async function lend(spec: Partial<ResourceLeasingPolicySpec>, ...pods: string[]): Promise<Leased> {
  const ref = await offer(spec);
  const { node } = ref;
  await eventually(async () => expect(await pass(ref)).toMatchObject({ phase: 'Lent', podsToReview: false }));
  await eventually(() => expect(vnodeInStore(node)).toBeDefined());
  const names = pods.map((name) => `${node}-${name}`);
  for (const name of names) await start(ref, name);
  return { ref, pods: names };
}

async function start(ref: NodeRef, name: string): Promise<void> {
  const pod = await virtual().api.create<Pod>(PODS, {
    metadata: { name },
    spec: { nodeName: vnodeOf(ref.node), terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: 'nginx' }] },
  });
  const { namespace = '', uid = '' } = pod.metadata ?? {};
  await eventually(() => expect(fleet.virtual.pods.store.get(`default/${name}`)).toBeDefined());
  expect(await placePod(fleet, { ...ref, pod: { namespace, name, uid } }, pod as PodObject)).toEqual({ result: 'created' });
  // No scheduler runs here.
  const [copy] = await copiesNamed(name);
  const binding = { metadata: { name: copy }, target: { apiVersion: 'v1', kind: 'Node', name: ref.node } };
  await physical().api.create(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${copy}/binding`, binding);
  const cluster = await fleet.physical(fleet.binding(BINDING, bindingUid)!);
  await eventually(() => expect(cluster.pods.store.get(`${WORKER_NAMESPACE}/${copy}`)?.spec?.nodeName).toBe(ref.node));
}

/** A pass, repeated as its workflow would while the lists are behind what was written. */
const pass = (ref: NodeRef, orders: Partial<NodeOrders> = {}): Promise<NodePass> =>
  eventually(() => reconcileNode(dependencies(), ref, { ...NOTHING_KNOWN, ...orders }));

const dependencies = () => ({ fleet, settings: SETTINGS, observer: { ...NOBODY, edgeActedOn: () => undefined, audited: () => undefined }, rush: new EdgeRush() });

/** The lender's `reclaim`, now. */
function asked(graceSeconds: number): LeaseOverride {
  const at = Date.now();
  return { kind: 'reclaim', until: at, expires: null, graceSeconds, at, by: 'the lender', reason: 'the machine burnt down' };
}

/** What the workflow would remember of a pass. */
const after = ({ phase, edge, deadline, forcedSince, stuck }: NodePass): Partial<NodeOrders> => ({ phase, edge, deadline, forcedSince, stuck });

const vnodeInStore = (node: string) => fleet.virtual.nodes.store.get(vnodeOf(node)) as Node | undefined;
const nearItsEnd = () => ({ timeWindows: [windowEndingSoon(Date.now()).window], noticePeriodSeconds: 3_600 });
const closed = () => ({ timeWindows: [closedWindow(Date.now())] });
const forced = (graceSeconds: number) => ({ forceReclaim: true, gracefulReclaimPeriodSeconds: graceSeconds });

async function edit(node: string, spec: object): Promise<void> {
  await physical().api.merge(`${POLICIES_PATH}/${node}`, { spec });
  const cluster = await fleet.physical(fleet.binding(BINDING, bindingUid)!);
  await eventually(() => expect(cluster.policies.store.get(node)?.spec).toMatchObject(spec));
}

async function setConnected(status: 'True' | 'False'): Promise<void> {
  const condition = { type: 'Connected', status, reason: 'Told', message: '', lastTransitionTime: toRfc3339(Date.now()) };
  await virtual().api.merge(`${BINDINGS_PATH}/${BINDING}/status`, { status: { conditions: [condition] } });
  const stored = () => fleet.binding(BINDING, bindingUid)?.status?.conditions?.find(({ type }) => type === 'Connected')?.status;
  await eventually(() => expect(stored()).toBe(status));
}

async function copiesNamed(name: string): Promise<string[]> {
  const { items } = await physical().api.get<{ items: Pod[] }>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods`);
  return items.filter(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodName] === name).map(({ metadata }) => metadata?.name ?? '');
}

const podNamed = (name: string) => virtual().api.find<Pod>(`${PODS}/${name}`);

it('ends each pod once, though several workers would', async () => {
  const { ref, pods } = await lend(forced(0), 'a', 'b', 'c');
  const refs = pods.map((name) => ({ namespace: 'default', name, uid: fleet.virtual.pods.store.get(`default/${name}`)?.metadata?.uid ?? '' }));
  const outcomes = await Promise.all(
    refs.flatMap((pod) => [deleteOnce(fleet.virtual, pod), deleteOnce(fleet.virtual, pod), evictOnce(fleet.virtual, pod)]),
  );
  expect(outcomes.filter((outcome) => outcome === 'deleted')).toHaveLength(pods.length);
  await edit(ref.node, closed());
  const first = await pass(ref);
  expect(first).toMatchObject({ phase: 'Forced', pods: 3, podsToReview: true, stuck: false });
  await pass(ref, after(first));
  // Here the activities run as an administrator, as the test does.
  await eventually(async () => {
    const { deleted, evicted } = await departuresOf(virtual(), `${ref.node}-`, 'admin');
    expect(pods.map((name) => (deleted[name] ?? 0) + (evicted[name] ?? 0))).toEqual([1, 1, 1]);
  });
});

it('deletes the others, and asks again soon, where a rule of the cluster refuses to let one go', async () => {
  const { ref, pods } = await lend(forced(0), 'a', 'b');
  const [kept = '', free = ''] = pods;
  await refuseDeletionOf(kept);
  await edit(ref.node, closed());
  const result = await pass(ref);
  expect(result.phase).toBe('Forced');
  expect(result.wakeAt).toBeLessThanOrEqual(Date.now() + 5_000);
  expect((await podNamed(free))?.metadata?.deletionTimestamp).toBeDefined();
  expect((await podNamed(kept))?.metadata?.deletionTimestamp).toBeUndefined();
});

/** As an administrator of the virtual cluster may do, on purpose or not. */
async function refuseDeletionOf(name: string): Promise<void> {
  const { api } = virtual();
  const group = '/apis/admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods'] };
  await api.create(`${group}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: `oldObject.metadata.name != '${name}'` }],
    },
  });
  await api.create(`${group}/validatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });
  await eventually(async () => await expect(api.call('DELETE', `${PODS}/${name}?dryRun=All`)).rejects.toThrow('ValidatingAdmissionPolicy'));
}

it('remembers since when, though nobody tells it', async () => {
  const { ref } = await lend(forced(600), 'a');
  await edit(ref.node, closed());
  const first = await pass(ref);
  expect(first).toMatchObject({ phase: 'Grace', deadline: first.edge! + 600_000 });
  await eventually(() => expect(vnodeInStore(ref.node)?.spec?.taints?.map(({ key }) => key)).toContain(Taint.OutOfTimeWindows));
  const second = Math.floor(first.edge! / 1_000) * 1_000;
  await eventually(() => expect(Date.now()).toBeGreaterThan(second + 1_000), { every: 100 });
  // The database of Temporal was lost.
  expect((await pass(ref)).edge).toBe(second);
});

it('ends what is left of a stuck node without grace when somebody asks for it then, and not before', async () => {
  const { ref, pods: [name = ''] } = await lend(forced(0), 'a');
  await edit(ref.node, closed());
  const early = asked(0);
  let last = await pass(ref, { override: early });
  expect(last).toMatchObject({ phase: 'Forced', stuck: false });
  await eventually(async () => {
    last = await pass(ref, { ...after(last), override: early });
    expect(last).toMatchObject({ phase: 'Forced', stuck: true });
  }, { every: 300 });
  last = await pass(ref, { ...after(last), override: early });
  expect(await podNamed(name)).not.toBeNull();
  expect(await copiesNamed(name)).toHaveLength(1);
  const order = asked(0);
  last = await pass(ref, { ...after(last), override: order });
  expect(await podNamed(name)).toBeNull();
  expect(await copiesNamed(name)).toEqual([]);
  await eventually(async () => expect(await pass(ref, { ...after(last), override: order })).toMatchObject({ phase: 'Verified', stuck: false }));
});

it('says that a node is stuck where its physical cluster does not answer, and holds what it was', async () => {
  const { ref } = await lend(forced(0), 'a');
  await edit(ref.node, closed());
  const last = await pass(ref);
  expect(last).toMatchObject({ phase: 'Forced', stuck: false });
  await eventually(() => expect(decodeNote(vnodeInStore(ref.node)?.metadata?.annotations?.[Annotation.Reclaim])).not.toBeNull());
  await setConnected('False');
  // So long after the last sign of life lists are stale.
  const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 100_000);
  try {
    const held = await reconcileNode(dependencies(), ref, { ...NOTHING_KNOWN, ...after(last) });
    expect(held).toMatchObject({ phase: 'Forced', deadline: last.deadline, forcedSince: last.forcedSince, stuck: true });
  } finally {
    later.mockRestore();
    await setConnected('True');
  }
  const { metadata, spec } = await virtual().api.get<Node>(`/api/v1/nodes/${vnodeOf(ref.node)}`);
  expect(decodeNote(metadata?.annotations?.[Annotation.Reclaim])).toMatchObject({ stuck: expect.stringContaining('does not answer') });
  expect(spec?.taints?.map(({ key }) => key)).toContain(Taint.ClusterUnreachable);
});

it.each([
  ['at once', {}, true],
  ['not ahead of its workflow while its window is closed', closed(), false],
  ['not ahead of its workflow near the end of its window, which has to be told with it', nearItsEnd(), false],
])('creates the vnode of a new node %s', async (_, spec, expected) => {
  const ref = await offer(spec);
  const cluster = await fleet.physical(fleet.binding(BINDING, bindingUid)!);
  await eventually(() => expect([cluster.nodes.store.get(ref.node), cluster.policies.store.get(ref.node)]).not.toContain(undefined));
  await lendNodes(fleet, SETTINGS, { name: BINDING, uid: bindingUid }, [ref.node]);
  expect((await virtual().api.find(`/api/v1/nodes/${vnodeOf(ref.node)}`)) !== null).toBe(expected);
  // Where it was not created, that was not for another reason.
  if (!expected) await eventually(async () => expect((await pass(ref)).phase).not.toBe('Starting'));
});

it('takes a node back in an open window, after the grace that somebody gave', async () => {
  const { ref, pods: [name = ''] } = await lend({}, 'a');
  const override = asked(5);
  const deadline = override.at + 5_000;
  const first = await pass(ref, { override });
  expect(first).toMatchObject({ phase: 'Grace', edge: override.at, deadline, wakeAt: deadline });
  expect((await podNamed(name))?.metadata?.deletionTimestamp).toBeUndefined();
  await eventually(async () => expect((await pass(ref, { ...after(first), override })).phase).toBe('Forced'));
  expect((await podNamed(name))?.metadata?.deletionTimestamp).toBeDefined();
});

it.each([
  ['the instant that its owner names', () => toRfc3339(Date.now() + 60_000), { phase: 'Returning' }],
  ["the policy's grace where he names none", () => 'true', { phase: 'Returning' }],
  ['now', () => toRfc3339(Date.now() - 1_000), { phase: 'Forced' }],
])('returns a node at %s', async (_, value, expected) => {
  const { ref } = await lend(forced(300), 'a');
  const annotation = value();
  await physical().api.merge(`/api/v1/nodes/${ref.node}`, { metadata: { annotations: { [Annotation.ReclaimRequested]: annotation } } });
  const cluster = await fleet.physical(fleet.binding(BINDING, bindingUid)!);
  await eventually(() => expect(cluster.nodes.store.get(ref.node)?.metadata?.annotations).toHaveProperty([Annotation.ReclaimRequested]));
  const begun = Date.now();
  const result = await pass(ref);
  expect(result).toMatchObject({ ...expected, reason: expect.stringContaining('ReclaimRequested') });
  const named = Date.parse(annotation);
  const [earliest, latest] = Number.isNaN(named) ? [begun + 300_000, Date.now() + 300_000] : [named, named];
  // Annotations tell whole seconds.
  expect(result.deadline).toBeGreaterThanOrEqual(earliest - 1_000);
  expect(result.deadline).toBeLessThanOrEqual(latest);
});
