/** What paying the debt of an abandoned binding takes along, on real API servers, and what belongs to bindings that live. */
import { readFile } from 'node:fs/promises';
import type { ConfigMap, Namespace, Node, Pod, Secret, Service } from 'kubernetes-types/core/v1';
import { payDebts } from '../../../activities/debts/pay-debts';
import { readDebts, strikeDebt, writeDebt } from '../../../activities/debts/ledger';
import { recordDebt } from '../../../activities/debts/record-debt';
import { Fleet } from '../../../activities/fleet/fleet';
import { openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { Annotation, Finalizer, Label, SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { ClusterBinding, ResourceLeasingPolicy } from '../../../api/names/types';
import { newDebt } from '../../../domain/debts';
import { ownershipLabels } from '../../../domain/pods';
import { createKubeClient, loadKubeconfig } from '../../../kube';
import { fakeNode } from '../../../local/clusters/fake-nodes';
import { install } from '../../bench/rig/install';
import { BINDING, BINDINGS_PATH, clusterBinding, KUBECONFIG_SECRET, POLICIES_PATH, policy } from '../../bench/rig/manifests';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { untilPodsAreWelcome } from '../../support/pods-welcome';

const NEIGHBOUR = 'neighbour';
const POLICY = 'bench-main';
const NODE = 'lent';
const NAMESPACE = `/api/v1/namespaces/${WORKER_NAMESPACE}`;
const SERVICES = '/api/v1/namespaces/default/services';
const PODS = '/api/v1/namespaces/default/pods';

let servers: ApiServers;
let fleet: Fleet;
let mountNamespaceUID: string;

const virtual = () => servers.first.api;
const physical = () => servers.clusters[1]!.api;

beforeAll(async () => {
  servers = await startApiServers(2);
  const [first, second] = servers.clusters;
  await install(first!, second!);
  const kubeconfig = await readFile(second!.kubeconfig, 'utf8');
  await virtual().create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: KUBECONFIG_SECRET }, stringData: { kubeconfig } });
  await Promise.all([untilPodsAreWelcome(virtual(), 'default'), untilPodsAreWelcome(physical(), WORKER_NAMESPACE)]);
  mountNamespaceUID = (await physical().get<Namespace>(NAMESPACE)).metadata?.uid ?? '';
  const failed = (error: unknown) => console.error(error);
  fleet = new Fleet(await openVirtualCluster(createKubeClient(loadKubeconfig(first!.kubeconfig)), failed), failed);
  await fleet.virtual.synced();
});

afterAll(async () => {
  await fleet?.close();
  await servers?.stop();
});

afterEach(() => sweep());

const spec = { containers: [{ name: 'main', image: 'nginx' }], terminationGracePeriodSeconds: 0 };
const labels = () => ownershipLabels({ virtualCluster: fleet.virtual.uid, binding: BINDING });
const standsFor = ({ metadata }: Pod) => ({
  [Annotation.VirtualPodNamespace]: 'default',
  [Annotation.VirtualPodName]: metadata?.name ?? '',
  [Annotation.VirtualPodUid]: metadata?.uid ?? '',
});

/** Everything that a binding leaves in a cluster, for a vPod that is no more and, with a namesake, for one that lives. */
async function leaveTraces(withLiving: boolean): Promise<void> {
  const dead: Pod = { metadata: { name: 'dead', uid: 'uid-of-dead' } };
  const living = withLiving ? await virtual().create<Pod>(PODS, { metadata: { name: 'living' }, spec }) : null;
  const make = (path: string, name: string, more: { annotations?: object; labels?: object }, rest: object = {}) =>
    physical().create(path, { metadata: { name, ...more, labels: { ...labels(), ...more.labels } }, ...rest });
  for (const [name, annotations] of Object.entries({ ...(living === null ? {} : { 'of-living': standsFor(living) }), 'of-dead': standsFor(dead), 'of-nobody': {} })) {
    await make(`${NAMESPACE}/pods`, name, { annotations }, { spec });
    await make(`${NAMESPACE}/secrets`, `token-${name}`, { annotations, labels: { [Label.ServiceAccountToken]: 'true' } });
  }
  const copied = { [Annotation.VirtualName]: 'original' };
  await make(`${NAMESPACE}/configmaps`, 'copy', { annotations: copied });
  await make(`${NAMESPACE}/configmaps`, 'shared', { annotations: { ...copied, [Annotation.SharedWith]: NEIGHBOUR } });
  await make(SERVICES, 'mirrored', { annotations: copied }, { spec: { ports: [{ port: 80 }] } });
  const nights = policy('main') as ResourceLeasingPolicy;
  await physical().create(POLICIES_PATH, { ...nights, metadata: { name: POLICY, finalizers: [Finalizer.Policy] } });
  await physical().create('/api/v1/nodes', fakeNode(NODE, { labels: { [Label.PolicyApplied]: POLICY } }));
  await physical().merge(NAMESPACE, { metadata: { labels: { [Label.VirtualCluster]: fleet.virtual.uid } } });
}

/** What is left of {@link leaveTraces}. */
async function traces(): Promise<string[]> {
  const lists = { pod: `${NAMESPACE}/pods`, secret: `${NAMESPACE}/secrets`, configmap: `${NAMESPACE}/configmaps`, service: SERVICES };
  const found = Object.entries(lists).map(async ([kind, path]) => {
    const { items } = await physical().get<{ items: (Pod | Secret | ConfigMap | Service)[] }>(`${path}?labelSelector=${encodeURIComponent(`${Label.ClusterBinding}`)}`);
    return items.map(({ metadata }) => `${kind} ${metadata?.name}`);
  });
  const { finalizers = [] } = (await physical().get<ResourceLeasingPolicy>(`${POLICIES_PATH}/${POLICY}`)).metadata;
  const node = await physical().get<Node>(`/api/v1/nodes/${NODE}`);
  const namespace = await physical().get<Namespace>(NAMESPACE);
  return [
    ...(await Promise.all(found)).flat(),
    ...finalizers.map(() => 'finalizer of the policy'),
    ...(node.metadata?.labels?.[Label.PolicyApplied] === undefined ? [] : ['label of the node']),
    ...(namespace.metadata?.labels?.[Label.VirtualCluster] === undefined ? [] : ['claim of the namespace']),
  ].sort();
}

async function sweep(): Promise<void> {
  const names = { pods: ['of-living', 'of-dead', 'of-nobody'], secrets: ['token-of-living', 'token-of-dead', 'token-of-nobody'], configmaps: ['copy', 'shared'] };
  const paths = Object.entries(names).flatMap(([kind, some]) => some.map((name) => `${NAMESPACE}/${kind}/${name}`));
  const away = async (api: ReturnType<typeof physical>, path: string) => void ((await api.find(path)) !== null && (await api.delete(path)));
  if ((await physical().find(`${POLICIES_PATH}/${POLICY}`)) !== null) {
    await physical().merge(`${POLICIES_PATH}/${POLICY}`, { metadata: { finalizers: null } });
  }
  for (const path of [...paths, `${SERVICES}/mirrored`, `${POLICIES_PATH}/${POLICY}`, `/api/v1/nodes/${NODE}`]) await away(physical(), path);
  for (const name of [BINDING, NEIGHBOUR]) await away(virtual(), `${BINDINGS_PATH}/${name}`);
  await away(virtual(), `${PODS}/living`);
}

/** A binding to the same cluster, bound (it has claimed the namespace) or only just made. */
async function bind(name: string, bound: boolean): Promise<void> {
  const object = clusterBinding(WORKER_NAMESPACE) as ClusterBinding;
  await virtual().create(BINDINGS_PATH, { ...object, metadata: { name }, spec: { ...object.spec, clusterID: name } });
  if (bound) await virtual().merge(`${BINDINGS_PATH}/${name}/status`, { status: { mountNamespaceUID } });
}

function goneBinding(): ClusterBinding {
  const gone = clusterBinding(WORKER_NAMESPACE) as ClusterBinding;
  return { ...gone, metadata: { name: BINDING, uid: 'uid-of-the-one-that-is-gone' }, status: { mountNamespaceUID } };
}

async function owe(): Promise<void> {
  await writeDebt(fleet.virtual.client, newDebt(goneBinding(), { secretUid: null, policies: null }, Date.now()));
}

async function untilPaid(): Promise<void> {
  await eventually(async () => {
    await payDebts(fleet, true);
    expect((await readDebts(fleet.virtual.client)).debts).toEqual([]);
  });
}

const OF_THE_NAMESAKE = [
  ...['pod of-living', 'secret token-of-living'],
  ...['claim of the namespace', 'configmap copy', 'configmap shared', 'finalizer of the policy', 'label of the node'],
  ...['pod of-nobody', 'secret token-of-nobody', 'service mirrored'],
];

it.each([
  { who: 'nobody', bindings: [], left: [] },
  { who: 'a binding of another name in the same namespace', bindings: [{ name: NEIGHBOUR, bound: true }], left: ['claim of the namespace', 'configmap shared'] },
  { who: 'a binding of another name that has not bound yet', bindings: [{ name: NEIGHBOUR, bound: false }], left: ['configmap shared'] },
  { who: 'a binding of the same name', bindings: [{ name: BINDING, bound: true }], left: OF_THE_NAMESAKE },
  { who: 'a binding of the same name that has not bound yet', bindings: [{ name: BINDING, bound: false }], left: OF_THE_NAMESAKE },
])('leaves what belongs to $who', async ({ bindings, left }) => {
  await leaveTraces(bindings.some(({ name }) => name === BINDING));
  for (const { name, bound } of bindings) await bind(name, bound);
  await owe();
  await untilPaid();
  expect(await traces()).toEqual([...left].sort());
});

describe('a policy that its lender deletes before the debt is paid', () => {
  const nights = policy('main') as ResourceLeasingPolicy;
  const make = (cluster: string) => physical().create(POLICIES_PATH, { ...nights, metadata: { name: POLICY }, spec: { ...nights.spec, cluster } });

  it.each([
    { then: 'leaves no label behind', successor: null, label: undefined },
    { then: 'leaves the label to a policy of its name by which another binding borrows', successor: NEIGHBOUR, label: POLICY },
  ])('$then', async ({ successor, label }) => {
    await make(BINDING);
    await physical().create('/api/v1/nodes', fakeNode(NODE, { labels: { [Label.PolicyApplied]: POLICY } }));
    const { policies } = await fleet.physical(goneBinding());
    await eventually(() => expect(policies.store.list().map(({ metadata, spec: { cluster } }) => [metadata.name, cluster])).toEqual([[POLICY, BINDING]]));
    await recordDebt(fleet, goneBinding());
    await physical().delete(`${POLICIES_PATH}/${POLICY}`);
    if (successor !== null) await make(successor);
    await untilPaid();
    expect((await physical().get<Node>(`/api/v1/nodes/${NODE}`)).metadata?.labels?.[Label.PolicyApplied]).toBe(label);
  });

  it('is not known where its cluster cannot be opened any more', async () => {
    const binding = goneBinding();
    const secretRef = { ...binding.spec.secretRef, name: 'absent' };
    await recordDebt(fleet, { ...binding, spec: { ...binding.spec, secretRef } });
    const { debts } = await readDebts(fleet.virtual.client);
    expect(debts.map(({ policies }) => policies)).toEqual([null]);
    await strikeDebt(fleet.virtual.client, debts[0]!);
  });
});
