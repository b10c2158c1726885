import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node, PersistentVolume, Pod, Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { CLUSTER_BINDING_KIND, GROUP_VERSION } from '../../api/names/group';
import { Annotation, Label, SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { copyName, physicalName } from '../../domain/pods';
import type { Cluster } from '../../local/clusters/cluster';
import { FAKE_NODE } from '../../local/clusters/kwok-stages';
import { isRunning, uidOf } from '../../local/demo/observe';
import { startProduct } from '../../local/demo/product';
import { run } from '../bench/rig/install';
import { BINDING, BINDINGS_PATH, CLUSTER_ID } from '../bench/rig/manifests';
import { eventually, throughout } from '../support/eventually';
import { Lending } from '../support/lending';

const HOME = '/api/v1/namespaces/default';
const VOLUMES = '/api/v1/persistentvolumes';
const SHOP = '/api/v1/namespaces/shop';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices';
/** The second virtual cluster borrows from the same physical one, into a namespace of its own. */
const SECOND = { binding: 'second', clusterId: 'second', mountNamespace: 'second-worker' };
/** A second binding of the first virtual cluster, to the same cluster and mount namespace. */
const TOO = { binding: 'too', clusterId: 'too', mountNamespace: WORKER_NAMESPACE };

let lending: Lending;
let other: Cluster;

const kubeconfigOf = (file: string) => readFile(join(lending.stack.dir, file), 'utf8');

async function bind(borrower: Cluster, { binding, clusterId, mountNamespace }: typeof SECOND, kubeconfig: string): Promise<void> {
  const name = `${binding}-kubeconfig`;
  await borrower.api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name }, stringData: { kubeconfig } });
  await borrower.api.create(BINDINGS_PATH, {
    ...{ apiVersion: GROUP_VERSION, kind: CLUSTER_BINDING_KIND, metadata: { name: binding } },
    spec: { clusterID: clusterId, mountNamespace, secretRef: { name, namespace: SYSTEM_NAMESPACE } },
  });
  await eventually(async () => {
    const { status } = await borrower.api.get<ClusterBinding>(`${BINDINGS_PATH}/${binding}`);
    if (status?.phase !== 'Ready') throw new Error(`${binding}: ${JSON.stringify(status)}`);
  }, { within: 60_000, every: 500 });
}

/** A node for one binding, lent. */
async function lend(borrower: Cluster, node: string, { binding, clusterId }: { binding: string; clusterId: string }): Promise<void> {
  await lending.addNode(node);
  await lending.lend(node, { cluster: binding });
  await eventually(async () => {
    const { metadata, spec } = await borrower.api.get<Node>(`/api/v1/nodes/vnode-${clusterId}-${node}`);
    expect(spec?.taints?.map(({ key }) => key)).toEqual([Taint.Vnode]);
    // A kwok runs in the second virtual cluster, too: whoever wrote the first heartbeat would be its kubelet.
    expect(metadata?.annotations).not.toHaveProperty([FAKE_NODE.key]);
  }, { within: 30_000 });
}

beforeAll(async () => {
  lending = await Lending.open({ physicalClusters: 2 });
  const { stack, physical } = lending;
  other = stack.physical[1]!;
  await run('install', '--kubeconfig', other.kubeconfig, '--role', 'virtual');
  for (const namespace of [WORKER_NAMESPACE, SECOND.mountNamespace]) {
    await run('install', '--kubeconfig', physical.kubeconfig, '--role', 'physical', '--namespace', namespace, '--services');
  }
  for (const { api } of [stack.virtual, other, physical]) await api.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
  const file = join(stack.dir, 'second.kubeconfig');
  await run('kubeconfig', '--kubeconfig', physical.kubeconfig, '--namespace', SECOND.mountNamespace, '--output', file);
  await startProduct({
    ...{ supervisor: stack.supervisor, dir: stack.dir, name: 'second', workers: 1 },
    ...{ kubeconfig: other.kubeconfig, temporalAddress: stack.temporal.address, temporalNamespace: 'second' },
  });
  await Promise.all([
    bind(other, SECOND, await kubeconfigOf('second.kubeconfig')),
    bind(lending.virtual, TOO, await kubeconfigOf('binding.kubeconfig')),
  ]);
  await Promise.all([
    lend(lending.virtual, 'first-node', { binding: BINDING, clusterId: CLUSTER_ID }),
    lend(lending.virtual, 'too-node', TOO),
    lend(other, 'second-node', SECOND),
  ]);
}, 400_000);

afterAll(async () => {
  await lending?.close();
});

/** A pod with a ConfigMap and a claim, as both borrowers would name them. */
async function runPod(borrower: Cluster, nodeName: string, name: string, volumes: object[] = []): Promise<Pod> {
  await borrower.api.create(`${HOME}/pods`, { metadata: { name }, spec: { nodeName, containers: [{ name: 'main', image: 'nginx' }], volumes } });
  return await eventually(async () => {
    const pod = await borrower.api.get<Pod>(`${HOME}/pods/${name}`);
    if (!isRunning(pod)) throw new Error(`${name} does not run: ${JSON.stringify(pod.status)}`);
    return pod;
  }, { within: 30_000 });
}

const volumes = [{ name: 'c', configMap: { name: 'settings' } }, { name: 'd', persistentVolumeClaim: { claimName: 'data' } }];

async function putDependencies({ api }: Cluster, value: string): Promise<void> {
  const size = { storage: '1Gi' };
  const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'none' };
  await api.create(`${HOME}/configmaps`, { metadata: { name: 'settings' }, data: { key: value } });
  await api.create(VOLUMES, { metadata: { name: 'data' }, spec: { ...spec, capacity: size, hostPath: { path: `/${value}` } } });
  await api.create(`${HOME}/persistentvolumeclaims`, { metadata: { name: 'data' }, spec: { ...spec, volumeName: 'data', resources: { requests: size } } });
}

/** Query for everything of one virtual cluster. */
async function selectorFor(borrower: Cluster): Promise<string> {
  const { metadata } = await borrower.api.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system');
  return `labelSelector=${encodeURIComponent(`${Label.VirtualCluster}=${metadata.uid}`)}`;
}

/** Kind, name and UID of everything of one virtual cluster in the physical one. */
async function tracesOf(borrower: Cluster): Promise<string[]> {
  const selector = await selectorFor(borrower);
  const lists = ['pods', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes'].map(async (kind) => {
    const { items } = await lending.physical.api.get<{ items: Pod[] }>(`/api/v1/${kind}?${selector}`);
    return items.map((item) => `${kind} ${item.metadata?.name} ${uidOf(item)}`);
  });
  return (await Promise.all(lists)).flat().sort();
}

const setNamespaces = (borrower: Cluster, binding: string, serviceNamespaces: string[] | null) => borrower.api.merge(`${BINDINGS_PATH}/${binding}`, { spec: { serviceNamespaces } });

/** A Service, and the endpoint that its pods would give it. */
async function publish({ api }: Cluster, name: string, address: string): Promise<void> {
  const ports = [{ port: 5432, protocol: 'TCP' }];
  await api.create(`${SHOP}/services`, { metadata: { name }, spec: { ports } });
  const metadata = { name: `${name}-a`, labels: { 'kubernetes.io/service-name': name } };
  await api.create(SLICES, { metadata, addressType: 'IPv4', endpoints: [{ addresses: [address] }], ports });
}

/** What one virtual cluster has mirrored into the physical one, as it stands there. */
async function mirrorsOf(borrower: Cluster): Promise<Service[]> {
  const selector = await selectorFor(borrower);
  const lists = [`${SHOP}/services`, SLICES].map((path) => lending.physical.api.get<{ items: Service[] }>(`${path}?${selector}`));
  return (await Promise.all(lists)).flatMap(({ items }) => items);
}

const holdersOf = ({ metadata }: Service) => [metadata?.labels?.[Label.ClusterBinding], ...(metadata?.annotations?.[Annotation.SharedWith]?.split(',') ?? [])].sort();

/** All that a Service of that name leads to over there, whoever says so. */
async function addressesOf(service: string): Promise<string[]> {
  const { items } = await lending.physical.api.get<{ items: EndpointSlice[] }>(`${SLICES}?labelSelector=kubernetes.io%2Fservice-name%3D${service}`);
  return items.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses));
}

describe('two virtual clusters on one physical cluster', () => {
  it('run pods, ConfigMaps, claims and volumes of the same names side by side', async () => {
    await Promise.all([putDependencies(lending.virtual, 'first'), putDependencies(other, 'second')]);
    await Promise.all([
      runPod(lending.virtual, `vnode-${CLUSTER_ID}-first-node`, 'web', volumes),
      runPod(other, `vnode-${SECOND.clusterId}-second-node`, 'web', volumes),
    ]);
    const { api } = lending.physical;
    const uids = await Promise.all([lending.virtual, other].map(async (one) => (await one.api.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system')).metadata.uid));
    const paths = await Promise.all(uids.map(async (uid) => (await api.get<PersistentVolume>(`${VOLUMES}/${copyName({ kind: 'PersistentVolume', namespace: '', name: 'data' }, uid)}`)).spec?.hostPath?.path));
    expect(paths).toEqual(['/first', '/second']);
    const settings = physicalName('settings', 'default');
    const values = await Promise.all([WORKER_NAMESPACE, SECOND.mountNamespace].map(async (namespace) => (await api.get<{ data: { key: string } }>(`/api/v1/namespaces/${namespace}/configmaps/${settings}`)).data.key));
    expect(values).toEqual(['first', 'second']);
  });

  it('one deletes its pod, by force, and stops altogether: the other loses nothing', async () => {
    // Tokens come after the pod that runs with them.
    const before = await eventually(async () => {
      const traces = await tracesOf(other);
      // The pod, its two ConfigMaps, its token, its claim and its volume.
      expect(traces).toHaveLength(6);
      await throughout(async () => expect(await tracesOf(other)).toEqual(traces), 2_000, 300);
      return traces;
    });
    await lending.virtual.api.delete(`${HOME}/pods/web`, { gracePeriodSeconds: 0 });
    await throughout(async () => expect(await tracesOf(other)).toEqual(before), 1_500, 300);
    await runPod(lending.virtual, `vnode-${CLUSTER_ID}-first-node`, 'web', volumes);
    await Promise.all(lending.product.running.map((worker) => worker.kill()));
    await lending.product.startWorker();
    await throughout(async () => expect(await tracesOf(other)).toEqual(before), 3_000, 300);
    expect(isRunning(await other.api.get<Pod>(`${HOME}/pods/web`))).toBe(true);
  });
});

describe('Services of two virtual clusters in one namespace of the physical one', () => {
  it('are mirrored side by side; of one name the first alone, and the other is told', async () => {
    const names = async (borrower: Cluster) => (await mirrorsOf(borrower)).map(({ metadata }) => metadata?.annotations?.[Annotation.VirtualName]).sort();
    await publish(lending.virtual, 'db', '10.1.0.1');
    await publish(lending.virtual, 'first', '10.1.0.2');
    for (const { binding } of [{ binding: BINDING }, TOO]) await setNamespaces(lending.virtual, binding, ['shop']);
    await eventually(async () => expect(await names(lending.virtual)).toEqual(['db', 'db-a', 'first', 'first-a']));
    await publish(other, 'db', '10.2.0.1');
    await publish(other, 'second', '10.2.0.2');
    await setNamespaces(other, SECOND.binding, ['shop']);
    await eventually(async () => expect(await names(other)).toEqual(['second', 'second-a']));
    await eventually(async () => {
      const { items } = await other.api.get<{ items: { reason: string; message: string }[] }>(`/api/v1/events?fieldSelector=involvedObject.name%3D${SECOND.binding}`);
      expect(items.filter(({ reason }) => reason === 'ServiceNotMirrored').map(({ message }) => message)).toEqual([expect.stringContaining('Service shop/db')]);
    });
    expect([await addressesOf('db'), await addressesOf('first'), await addressesOf('second')]).toEqual([['10.1.0.1'], ['10.1.0.2'], ['10.2.0.2']]);
  });

  it('one changes its own, deletes them, and lists the namespace no more: those of the other are not written to', async () => {
    // Both bindings of the first hold each of them by then.
    const before = await eventually(async () => {
      const mirrors = await mirrorsOf(lending.virtual);
      expect(mirrors.map(holdersOf)).toEqual(mirrors.map(() => [BINDING, TOO.binding]));
      return mirrors;
    });
    await other.api.merge(`${SHOP}/services/db`, { spec: { ports: [{ port: 6000, protocol: 'TCP' }] } });
    await other.api.merge(`${SLICES}/db-a`, { endpoints: [{ addresses: ['10.2.0.9'] }] });
    await other.api.delete(`${SHOP}/services/db`);
    await other.api.delete(`${SLICES}/db-a`);
    await other.api.merge(`${SLICES}/second-a`, { endpoints: [{ addresses: ['10.2.0.3'] }] });
    await eventually(async () => expect(await addressesOf('second')).toEqual(['10.2.0.3']));
    await setNamespaces(other, SECOND.binding, null);
    await eventually(async () => expect(await mirrorsOf(other)).toEqual([]));
    expect(await mirrorsOf(lending.virtual)).toEqual(before);
  });
});

describe('two bindings of one virtual cluster, in one mount namespace', () => {
  const copies = async () => {
    const { items } = await lending.physical.api.get<{ items: Pod[] }>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods`);
    return items.filter(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodName] === 'mover');
  };

  it('hand a name over: the copy of the one goes, that of the other starts', async () => {
    const first = await runPod(lending.virtual, `vnode-${CLUSTER_ID}-first-node`, 'mover');
    await lending.virtual.api.delete(`${HOME}/pods/mover`, { gracePeriodSeconds: 0 });
    const next = await runPod(lending.virtual, `vnode-${TOO.clusterId}-too-node`, 'mover');
    expect(uidOf(next)).not.toBe(uidOf(first));
    expect((await copies()).map(({ metadata }) => [metadata?.annotations?.[Annotation.VirtualPodUid], metadata?.labels?.[Label.ClusterBinding]])).toEqual([[uidOf(next), TOO.binding]]);
  });

  it('one ends: the pods of the other run on, and the Services of both are the other\'s', async () => {
    const kept = await copies();
    const mirrored = (await mirrorsOf(lending.virtual)).map(uidOf);
    await lending.virtual.api.delete(`${BINDINGS_PATH}/${BINDING}`);
    await eventually(async () => expect(await lending.virtual.api.find(`${BINDINGS_PATH}/${BINDING}`)).toBeNull(), { within: 60_000 });
    expect((await copies()).map(uidOf)).toEqual(kept.map(uidOf));
    expect(isRunning(await lending.virtual.api.get<Pod>(`${HOME}/pods/mover`))).toBe(true);
    const left = await mirrorsOf(lending.virtual);
    expect([left.map(uidOf), left.map(holdersOf)]).toEqual([mirrored, left.map(() => [TOO.binding])]);
    expect(mirrored).toHaveLength(4);
  });
});
