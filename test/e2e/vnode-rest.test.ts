import { Client, Connection } from '@temporalio/client';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { createKubeClient, loadKubeconfig, Nodes, startInformer, type Informer, type KubeClient } from '../../kube';
import type { Cluster } from '../../local/clusters/cluster';
import { bindingChangedSignal } from '../../workflows/contracts/cluster-binding';
import { bindingId, nodeId } from '../../workflows/contracts/ids';
import { nodeChangedSignal, reviewPodsSignal } from '../../workflows/contracts/leased-node';
import { BINDINGS_PATH } from '../bench/rig/manifests';
import { readAudit } from '../support/audit';
import { eventually } from '../support/eventually';
import { conditionOf, Lending, taintKeys, vnodeOf } from '../support/lending';

/** What Kubernetes grants a silent node by default. */
const NODE_GRACE_SECONDS = 50;
const GAP_SECONDS = 35;
const LENT = ['open', 'closed', 'shared'];
const PODS = '/api/v1/namespaces/default/pods';
const ACCOUNTS = {
  virtual: 'system:serviceaccount:kubeocean-system:kubeocean',
  physical: 'system:serviceaccount:kubeocean-worker:kubeocean-syncer',
};

let lending: Lending;
let temporal: Client;
let client: KubeClient;
let nodes: Informer<Node>;
/** Every state of a vnode in which it was not what a healthy node is. */
const flaps: string[] = [];

beforeAll(async () => {
  lending = await Lending.open({ virtual: { nodeMonitorGraceSeconds: NODE_GRACE_SECONDS, tolerationSeconds: 1 } });
  const { address, namespace } = lending.stack.temporal;
  temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  await lendOneOfEach();
  client = createKubeClient(loadKubeconfig(lending.virtual.kubeconfig));
  nodes = startInformer(client, Nodes, { labelSelector: 'kubeocean.io/managed-by' });
  nodes.subscribe(({ old, new: now }) => void (old !== null && observe(now)));
  await nodes.synced();
});

afterAll(async () => {
  await nodes?.stop();
  await client?.close();
  await temporal?.connection.close();
  await lending?.close();
});

function observe(node: Node | null): void {
  const [name, ready] = [node?.metadata?.name ?? 'a vnode that was deleted', node === null ? null : conditionOf(node, 'Ready')];
  const taints = node === null ? [] : taintKeys(node).filter((key) => key.startsWith('node.kubernetes.io/'));
  if (ready?.status !== 'True' || taints.length > 0) flaps.push(`${name}: Ready ${ready?.status}, ${taints.join(' ')}`);
}

/** Nodes in every state in which they can rest: open, closed, shared by two policies; with a pod, a host port, a CSINode. */
async function lendOneOfEach(): Promise<void> {
  const { physical, virtual } = lending;
  const never = `${(new Date().getUTCHours() + 12) % 24}`.padStart(2, '0');
  await lending.lendNode('open', {}, { resourceLimits: [{ resource: 'cpu', percent: 80 }] });
  await lending.lendNode('closed', {}, { timeWindows: [{ start: `${never}:00`, end: `${never}:30` }] });
  await lending.lendNode('shared');
  await lending.lend('younger', {}, 'shared');
  await lending.ownersPod('holder', 'open', { spec: { containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 1, hostPort: 7 }] }] } });
  await physical.api.create('/apis/storage.k8s.io/v1/csinodes', { metadata: { name: 'open' }, spec: { drivers: [{ name: 'd', nodeID: 'i' }] } });
  await virtual.api.create(PODS, {
    metadata: { name: 'guest' },
    spec: { nodeSelector: { 'kubernetes.io/hostname': vnodeOf('open') }, tolerations: [{ key: 'kubeocean.io/vnode', operator: 'Exists' }], containers: [{ name: 'main', image: 'nginx' }] },
  });
  await eventually(async () => expect((await guest()).status?.phase).toBe('Running'), { within: 20_000 });
}

const guest = () => lending.virtual.api.get<Pod>(`${PODS}/guest`);

async function heartbeats(): Promise<number[]> {
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const leases = await Promise.all(LENT.map((node) => lending.virtual.api.get<Lease>(`${path}/${vnodeOf(node)}`)));
  return leases.map(({ spec }) => Date.parse(spec?.renewTime ?? ''));
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** What the product wrote into a cluster after an instant, heartbeats excepted. A review is a question that is POSTed. */
async function writesSince(cluster: Cluster, account: string, since: number): Promise<string[]> {
  const events = await readAudit(cluster);
  return events
    .filter(({ verb, user, requestReceivedTimestamp }) => WRITES.includes(verb) && user.username === account && Date.parse(requestReceivedTimestamp) > since)
    .filter(({ objectRef: { resource = '' } = {} }) => resource !== 'leases' && !resource.endsWith('reviews'))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

async function allWritesSince(since: number): Promise<string[]> {
  const { virtual, physical } = lending;
  return [...(await writesSince(virtual, ACCOUNTS.virtual, since)), ...(await writesSince(physical, ACCOUNTS.physical, since))];
}

it('a healthy cluster in which nothing changes is written nothing but heartbeats', async () => {
  // The first check of a binding claims its namespace; the next one sees that it is claimed.
  await temporal.workflow.getHandle(bindingId('bench')).signal('resync');
  const asked = Date.now();
  await eventually(
    async () => {
      expect(Date.now() - asked).toBeGreaterThan(3_000);
      expect(await allWritesSince(Date.now() - 3_000)).toEqual([]);
    },
    { within: 60_000, every: 500 },
  );
  const begin = Date.now();
  const { metadata: { uid } } = await lending.virtual.api.get<ClusterBinding>(`${BINDINGS_PATH}/bench`);
  // What must not cause a write: heartbeat times of kubelets, and everybody being told to compare everything.
  for (const name of LENT) {
    const conditions = [{ type: 'DiskPressure', status: 'False', lastHeartbeatTime: new Date().toISOString() }];
    await lending.physical.api.call('PATCH', `/api/v1/nodes/${name}/status`, {
      body: { status: { conditions } },
      contentType: 'application/strategic-merge-patch+json',
    });
    await temporal.workflow.getHandle(nodeId('bench', name)).signal(nodeChangedSignal, { uid });
    await temporal.workflow.getHandle(nodeId('bench', name)).signal(reviewPodsSignal);
  }
  await temporal.workflow.getHandle(bindingId('bench')).signal(bindingChangedSignal, { uid, generation: 1 });
  // Silence can only be observed for a while. Two rounds of heartbeats say that everything was alive meanwhile.
  for (let round = 0, since = begin; round < 2; round += 1, since = Date.now()) {
    await eventually(async () => expect(Math.min(...(await heartbeats()))).toBeGreaterThan(since), { within: 30_000, every: 500 });
  }
  expect(await allWritesSince(begin)).toEqual([]);
  expect(flaps).toEqual([]);
});

it('no node flaps in a gap of 35 s of everything, nor in a longer one of the worker, nor when it comes back', async () => {
  const { api } = lending.virtual;
  const { metadata } = await guest();
  const [worker] = lending.product.running;
  await Promise.all([worker?.kill(), lending.gateway.kill()]);
  // Nobody keeps this one: when it is lost, the node lifecycle controller has judged everything that is older.
  await api.create('/api/v1/nodes', { metadata: { name: 'forsaken' } });
  const ready = { type: 'Ready', status: 'True', reason: 'Test', message: '', lastTransitionTime: new Date().toISOString() };
  await api.merge('/api/v1/nodes/forsaken/status', { status: { conditions: [ready] } });
  await eventually(async () => expect(Date.now() - Math.min(...(await heartbeats()))).toBeGreaterThan(GAP_SECONDS * 1_000), { within: 60_000, every: 200 });
  const back = Date.now();
  await lending.product.startGateway();
  await eventually(async () => expect(Math.min(...(await heartbeats()))).toBeGreaterThan(back));
  await eventually(async () => expect(conditionOf(await api.get<Node>('/api/v1/nodes/forsaken'), 'Ready')?.status).toBe('Unknown'), { within: 90_000, every: 500 });
  expect(flaps).toEqual([]);
  await lending.product.startWorker();
  await lending.physical.api.merge('/api/v1/nodes/open', { metadata: { labels: { after: 'the-gap' } } });
  await lending.untilVnode('open', (vnode) => expect(vnode.metadata?.labels).toMatchObject({ after: 'the-gap' }), { within: 60_000 });
  expect(flaps).toEqual([]);
  expect((await guest()).metadata).toMatchObject({ uid: metadata?.uid });
  expect((await guest()).metadata?.deletionTimestamp).toBeUndefined();
});
