import type { Event, Namespace, Node, Pod } from 'kubernetes-types/core/v1';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { install } from '../bench/rig/install';
import { POLICIES_PATH } from '../bench/rig/manifests';
import { readAudit } from '../support/audit';
import { eventually, throughout } from '../support/eventually';
import { Lending, taintKeys, vnodeOf } from '../support/lending';

const ACCOUNT = 'system:serviceaccount:kubeocean-system:kubeocean';
const FAKE = '/api/v1/namespaces/kubeocean-fake';
const PODS = '/api/v1/namespaces/default/pods';

let lending: Lending;

beforeAll(async () => {
  lending = await Lending.open();
});

afterAll(async () => {
  await lending?.close();
});

/** Who deleted an object of the virtual cluster last; the tests themselves are `admin`. */
async function lastDeleterOf(resource: string, name: string): Promise<string | undefined> {
  const events = await readAudit(lending.virtual);
  const deletions = events.filter(
    ({ verb, objectRef, responseStatus }) => verb === 'delete' && objectRef?.resource === resource && objectRef.name === name && responseStatus?.code === 200,
  );
  return deletions.at(-1)?.user.username;
}

describe('host ports', () => {
  const NODE = 'ported';
  const placeholders = async (node = NODE) => {
    const { items } = await lending.virtual.api.get<{ items: Pod[] }>(`${FAKE}/pods?fieldSelector=spec.nodeName%3D${vnodeOf(node)}`);
    return items;
  };
  const portsOf = (pod: Pod) => (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ hostIP, protocol, hostPort }) => `${hostIP}/${protocol}/${hostPort}`));
  /** Exactly one placeholder for each of these ports, of which the scheduler knows. @returns that of the last one */
  const reserved = (...ports: string[]) => eventually(async () => {
    const found = await placeholders();
    expect(found.flatMap(portsOf).sort()).toEqual(ports);
    expect(found).toHaveLength(ports.length);
    for (const { status } of found) expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', status: 'True' }));
    return found.find((pod) => portsOf(pod).includes(ports.at(-1) ?? ''));
  });
  const withPorts = (...ports: object[]) => ({ containers: [{ name: 'main', image: 'nginx', ports }] }) as Pod['spec'];
  const owner = (name: string) => `/api/v1/namespaces/default/pods/${name}`;
  /** A pod of the borrower that wants a host port of this vnode. */
  const wantPort = (name: string, hostPort: number, node = NODE) => lending.virtual.api.create<Pod>(PODS, {
    metadata: { name },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': vnodeOf(node) },
      tolerations: [{ operator: 'Exists' }],
      containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80, hostPort }] }],
    },
  });

  /** The scheduler has looked at it, and found no node. */
  const isKeptAway = async ({ metadata }: Pod) => {
    const { items } = await eventually(async () => {
      const events = await lending.virtual.api.get<{ items: Event[] }>(`/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3D${metadata?.uid}`);
      expect(events.items).not.toEqual([]);
      return events;
    });
    expect(items.map(({ message }) => message)).toEqual([expect.stringContaining("didn't have free ports")]);
  };

  it('of a node without any cost nothing', async () => {
    await lending.lendNode(NODE, {}, { forceReclaim: true });
    await lending.ownersPod('portless', NODE, { spec: withPorts({ containerPort: 80 }) });
    await throughout(async () => expect(await placeholders()).toEqual([]), 1_000);
  });

  it("of the owner's pods are taken for the virtual scheduler, each once, in a namespace made on demand", async () => {
    // What an installation with the original's manifests looks like; the role goes with the namespace and is put back.
    await lending.virtual.api.delete('/api/v1/namespaces/kubeocean-fake');
    await eventually(async () => expect(await lending.virtual.api.find(FAKE)).toBeNull(), { within: 20_000 });
    const account = { kind: 'ServiceAccount', name: 'kubeocean', namespace: 'kubeocean-system' };
    const grant = (kind: string, body: object) => lending.virtual.api.create(`/apis/rbac.authorization.k8s.io/v1/${kind}`, body);
    await grant('clusterroles', { metadata: { name: 'as-the-original' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }] });
    await grant('clusterrolebindings', {
      metadata: { name: 'as-the-original' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'as-the-original' },
      subjects: [account],
    });
    await lending.ownersPod('one', NODE, { spec: withPorts({ containerPort: 80, hostPort: 8080 }, { containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '127.0.0.1' }) });
    await lending.ownersPod('same', NODE, { spec: withPorts({ containerPort: 81, hostPort: 8080 }) });
    await lending.ownersPod('host-network', NODE, { spec: { hostNetwork: true, ...withPorts({ containerPort: 9100 }) } });
    const placeholder = await reserved('0.0.0.0/TCP/8080', '0.0.0.0/TCP/9100', '127.0.0.1/UDP/53');
    expect((await lending.virtual.api.get<Namespace>(FAKE)).metadata?.labels).toMatchObject({ 'kubeocean.io/managed-by': 'kubeocean' });
    expect(placeholder?.status?.phase).toBe('Pending');
    expect(placeholder?.spec?.priority).toBe(2_000_001_000);
  });

  it('keep away a pod that wants one, until the owner needs it no more', async () => {
    await isKeptAway(await wantPort('wants-8080', 8080));
    await lending.physical.api.delete(owner('one'));
    await reserved('0.0.0.0/TCP/8080', '0.0.0.0/TCP/9100');
    // It ends; nobody deletes it.
    await lending.physical.api.merge(owner('same'), { metadata: { annotations: { [FakeAnnotation.ExitCode]: '0' } } });
    await reserved('0.0.0.0/TCP/9100');
    await eventually(async () => expect((await lending.virtual.api.get<Pod>(`${PODS}/wants-8080`)).status?.phase).toBe('Running'), { within: 20_000 });
    // The borrower's own pod now holds the port, and its own scheduler knows.
    await reserved('0.0.0.0/TCP/9100');
  });

  it('come back when somebody deletes the placeholder, and one too many goes', async () => {
    const placeholder = await reserved('0.0.0.0/TCP/9100');
    await lending.virtual.api.delete(`${FAKE}/pods/${placeholder?.metadata?.name}`);
    await eventually(async () => {
      const now = await reserved('0.0.0.0/TCP/9100');
      expect(now?.metadata?.uid).not.toBe(placeholder?.metadata?.uid);
    });
    const { metadata, spec } = (await reserved('0.0.0.0/TCP/9100'))!;
    await lending.virtual.api.create(`${FAKE}/pods`, {
      metadata: { name: 'zz-of-an-earlier-version', labels: metadata?.labels },
      spec: { ...spec, priority: undefined },
    });
    await reserved('0.0.0.0/TCP/9100');
    // A scheduler that knew two pods with one port takes it for free when either goes, until it hears of the other again.
    await isKeptAway(await wantPort('wants-9100', 9100));
    await lending.virtual.api.delete(`${PODS}/wants-9100`);
  });

  it('that cannot be reserved any more are told about on the vnode, until somebody installs again', async () => {
    // The right to create placeholders goes with their namespace.
    await lending.virtual.api.delete('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/as-the-original');
    await lending.virtual.api.delete(FAKE);
    await eventually(async () => expect(await lending.virtual.api.find(FAKE)).toBeNull(), { within: 20_000 });
    await eventually(async () => {
      const path = `/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${vnodeOf(NODE)}`;
      const { items } = await lending.virtual.api.get<{ items: Event[] }>(path);
      const message = expect.stringContaining('Run "kubeocean install --role virtual"');
      expect(items).toContainEqual(expect.objectContaining({ reason: 'HostPortsNotReserved', message }));
    }, { within: 40_000 });
    await install(lending.virtual, lending.physical);
    await reserved('0.0.0.0/TCP/9100');
  });

  it('stay taken when the window closes and every pod is driven out; nothing of them is mirrored', async () => {
    const placeholder = await reserved('0.0.0.0/TCP/9100');
    const now = new Date();
    const hour = `${(now.getUTCHours() + 12) % 24}`.padStart(2, '0');
    await lending.physical.api.merge(`${POLICIES_PATH}/${NODE}`, { spec: { timeWindows: [{ start: `${hour}:00`, end: `${hour}:30` }] } });
    await eventually(async () => expect(await lending.virtual.api.find(`${PODS}/wants-8080`)).toBeNull(), { within: 20_000 });
    await lending.untilVnode(NODE, (vnode) => expect(vnode.spec?.taints).toContainEqual(expect.objectContaining({ key: 'kubeocean.io/out-of-time-windows', effect: 'NoExecute' })));
    const closed = await eventually(async () => {
      const { items } = await lending.physical.api.get<{ items: Pod[] }>('/api/v1/namespaces/kubeocean-worker/pods');
      expect(items).toEqual([]);
      return await reserved('0.0.0.0/TCP/9100');
    });
    expect(closed?.metadata?.uid).toBe(placeholder?.metadata?.uid);
    await lending.physical.api.merge(`${POLICIES_PATH}/${NODE}`, { spec: { timeWindows: null } });
    await lending.untilVnode(NODE, (vnode) => expect(taintKeys(vnode)).toEqual(['kubeocean.io/vnode']));
  });

  it('go with the vnode, by our own hand', async () => {
    const placeholder = await reserved('0.0.0.0/TCP/9100');
    await lending.physical.api.delete(`${POLICIES_PATH}/${NODE}`);
    await eventually(async () => {
      expect(await lending.vnode(NODE)).toBeNull();
      expect(await placeholders()).toEqual([]);
    }, { within: 20_000 });
    await eventually(async () => expect(await lastDeleterOf('pods', placeholder?.metadata?.name ?? '')).toBe(ACCOUNT));
  });
});

describe('a CSINode', () => {
  const CSI = '/apis/storage.k8s.io/v1/csinodes';
  const NODE = 'stored';
  const disk = { name: 'disk.csi', nodeID: 'i-1', topologyKeys: ['zone'], allocatable: { count: 8 } };
  const share = { name: 'share.csi', nodeID: 'i-1', topologyKeys: null };
  const copy = (node = NODE) => lending.virtual.api.find<CSINode>(`${CSI}/${vnodeOf(node)}`);
  const shows = (drivers: object[]) => eventually(async () => {
    const found = await copy();
    expect(found?.spec.drivers ?? []).toEqual(drivers);
    return found!;
  });
  const change = (drivers: object[]) => lending.physical.api.merge(`${CSI}/${NODE}`, { spec: { drivers } });

  it('that is there first is mirrored when the vnode comes', async () => {
    const { metadata } = await lending.addNode(NODE);
    const original = await lending.physical.api.create<CSINode>(CSI, { metadata: { name: NODE, labels: { rack: '7' } }, spec: { drivers: [disk] } });
    await lending.lend(NODE);
    const found = await shows([disk]);
    expect(found.metadata?.labels).toMatchObject({
      rack: '7',
      'kubeocean.io/managed-by': 'kubeocean',
      'kubeocean.io/cluster-binding': 'bench',
      'kubeocean.io/physical-node-name': metadata?.name,
    });
    expect(found.metadata?.annotations).toMatchObject({ 'kubeocean.io/physical-csinode-uid': original.metadata?.uid });
    expect(found.metadata?.ownerReferences).toBeUndefined();
  });

  it('follows its drivers, also where one registers anew under another id', async () => {
    await change([disk, share]);
    await shows([disk, share]);
    const before = await copy();
    await lending.physical.api.delete(`${CSI}/${NODE}`);
    await lending.physical.api.create(CSI, { metadata: { name: NODE }, spec: { drivers: [{ ...disk, nodeID: 'i-2' }] } });
    const after = await shows([{ ...disk, nodeID: 'i-2' }]);
    expect(after.metadata?.uid).not.toBe(before?.metadata?.uid);
    expect(after.metadata?.labels).not.toHaveProperty('rack');
  });

  it('is made again when somebody deletes the mirror, and goes with the physical one', async () => {
    await lending.virtual.api.delete(`${CSI}/${vnodeOf(NODE)}`);
    await shows([{ ...disk, nodeID: 'i-2' }]);
    await lending.physical.api.delete(`${CSI}/${NODE}`);
    await eventually(async () => expect(await copy()).toBeNull());
  });

  it('of somebody else stays as it is', async () => {
    await lending.virtual.api.create(CSI, { metadata: { name: vnodeOf('taken') }, spec: { drivers: [share] } });
    await lending.lendNode('taken');
    await lending.physical.api.create(CSI, { metadata: { name: 'taken' }, spec: { drivers: [disk] } });
    // One that comes later is mirrored: so the one before has been looked at.
    await lending.physical.api.create(CSI, { metadata: { name: NODE }, spec: { drivers: [disk] } });
    await shows([disk]);
    expect((await copy('taken'))?.spec.drivers).toEqual([share]);
    await lending.physical.api.delete(`${POLICIES_PATH}/taken`);
    await eventually(async () => expect(await lending.vnode('taken')).toBeNull(), { within: 20_000 });
    expect(await copy('taken')).not.toBeNull();
  });

  it('goes with the vnode, and the heartbeat too, by our own hand', async () => {
    const lease = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${vnodeOf(NODE)}`;
    await shows([disk]);
    await eventually(async () => expect(await lending.virtual.api.find<Lease>(lease)).not.toBeNull());
    await lending.physical.api.delete(`${POLICIES_PATH}/${NODE}`);
    await eventually(async () => {
      expect([await lending.vnode(NODE), await copy(), await lending.virtual.api.find(lease)]).toEqual([null, null, null]);
    }, { within: 20_000 });
    await eventually(async () => {
      expect(await lastDeleterOf('csinodes', vnodeOf(NODE))).toBe(ACCOUNT);
      expect(await lastDeleterOf('leases', vnodeOf(NODE))).toBe(ACCOUNT);
    });
  });
});

it('leaves nothing beside a binding that is gone, on either side', async () => {
  const { virtual, physical } = lending;
  await lending.lendNode('last', {}, { gracefulReclaimPeriodSeconds: 0 });
  await physical.api.create('/apis/storage.k8s.io/v1/csinodes', { metadata: { name: 'last' }, spec: { drivers: [] } });
  await lending.ownersPod('holder', 'last', { spec: { containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 1, hostPort: 7 }] }] } });
  await virtual.api.create(PODS, {
    metadata: { name: 'guest' },
    spec: { nodeSelector: { 'kubernetes.io/hostname': vnodeOf('last') }, tolerations: [{ operator: 'Exists' }], containers: [{ name: 'main', image: 'nginx' }] },
  });
  const list = async <T>(cluster: typeof virtual, path: string) => (await cluster.api.get<{ items: T[] }>(path)).items;
  const counts = async () => ({
    csiNodes: (await list(virtual, '/apis/storage.k8s.io/v1/csinodes?labelSelector=kubeocean.io%2Fcluster-binding')).length,
    placeholders: (await list(virtual, `${FAKE}/pods`)).length,
    leases: (await list(virtual, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases?labelSelector=kubeocean.io%2Fmanaged-by')).length,
    tokens: (await list(physical, '/api/v1/namespaces/kubeocean-worker/secrets?labelSelector=kubeocean.io%2Fservice-account-token')).length,
    labelled: (await list<Node>(physical, '/api/v1/nodes?labelSelector=kubeocean.io%2Fpolicy-applied')).length,
  });
  await eventually(async () => expect(await counts()).toEqual({ csiNodes: 1, placeholders: 1, leases: 1, tokens: 1, labelled: 1 }), { within: 20_000 });
  await lending.deleteBinding();
  await eventually(async () => expect(await counts()).toEqual({ csiNodes: 0, placeholders: 0, leases: 0, tokens: 0, labelled: 0 }));
});
