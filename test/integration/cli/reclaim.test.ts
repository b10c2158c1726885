/** `kubeocean reclaim --local` against a real physical cluster: scheduler, kwok and nobody of ours. */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Annotation, DEFAULT_PRIORITY, DEFAULT_PRIORITY_CLASS, Label, MANAGED_BY, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { Cluster } from '../../../local/clusters/cluster';
import { FakeAnnotation } from '../../../local/clusters/kwok-stages';
import type { Stack } from '../../../local/stack';
import { eventually } from '../../support/eventually';
import { createPriorityClass, untilPodsAreWelcome } from '../../support/pods-welcome';
import { startTestStack } from '../../support/stack';
import { kubeocean } from './command-line';

let stack: Stack;
let lender: Cluster;

beforeAll(async () => {
  stack = await startTestStack({ temporal: false, physicalClusters: 1, nodesPerCluster: 3 });
  const [first] = stack.physical;
  if (first === undefined) throw new Error('unreachable: it was asked for');
  lender = first;
  // The borrower is gone.
  await stack.virtual.stop();
  await lender.api.create('/api/v1/namespaces', { metadata: { name: WORKER_NAMESPACE } });
  await untilPodsAreWelcome(lender.api, WORKER_NAMESPACE);
  await createPriorityClass(lender.api, { metadata: { name: DEFAULT_PRIORITY_CLASS }, value: DEFAULT_PRIORITY });
});

afterAll(async () => {
  await stack?.stop();
});

const reclaim = (...args: string[]) => kubeocean('reclaim', '--local', '--kubeconfig', lender.kubeconfig, ...args);
const pods = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
const namesIn = async (namespace: string) =>
  (await lender.api.get<{ items: Pod[] }>(pods(namespace))).items.map(({ metadata }) => metadata?.name ?? '').sort();
const nodeCalled = async (name: string) => await lender.api.get<Node>(`/api/v1/nodes/${name}`);
const claimOf = async (name: string) => (await nodeCalled(name)).metadata?.annotations?.[Annotation.ReclaimRequested];

const OURS = {
  [Label.ManagedBy]: MANAGED_BY,
  [Label.VirtualCluster]: 'a-virtual-cluster-that-is-gone',
  [Label.ClusterBinding]: 'east',
};
const only = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
    },
  },
});

interface Given {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly spec?: object;
}

/** A pod of ours for one node, as the product writes it, unless the row says otherwise. */
async function create(name: string, node: string, given: Given = {}): Promise<void> {
  const { namespace = WORKER_NAMESPACE, labels = OURS, annotations, cpu = '10m', spec } = given;
  await lender.api.create(pods(namespace), {
    metadata: { name, labels, annotations },
    spec: {
      affinity: only(node),
      priorityClassName: labels === OURS ? DEFAULT_PRIORITY_CLASS : undefined,
      containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu } } }],
      ...spec,
    },
  });
}

const runs = (name: string, namespace = WORKER_NAMESPACE) =>
  eventually(async () => expect((await lender.api.get<Pod>(`${pods(namespace)}/${name}`)).status?.phase).toBe('Running'));

it('empties one node of ours, of nobody else, and keeps it so until --undo', async () => {
  const node = 'c1-node-1';
  await lender.api.merge(`/api/v1/nodes/${node}`, { metadata: { labels: { [Label.PolicyApplied]: 'nights' } } });
  await create('here', node);
  await create('in-another-namespace', node, { namespace: 'default' });
  await create('elsewhere', 'c1-node-2');
  await create('the-owners', node, { namespace: 'default', labels: { app: 'own' } });
  // It would start as soon as there is room.
  await create('waiting-for-room', node, { cpu: '64' });
  await Promise.all([runs('here'), runs('elsewhere'), runs('the-owners', 'default')]);
  const { code, stdout, stderr } = await reclaim('--node', node);
  expect([code, stderr]).toEqual([0, '1 node empty, 3 pods ended; nothing new comes until --undo\n']);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'deleted  pod/default/in-another-namespace',
    'deleted  pod/kubeocean-worker/here',
    'deleted  pod/kubeocean-worker/waiting-for-room',
  ]);
  expect(await namesIn(WORKER_NAMESPACE)).toEqual(['elsewhere']);
  expect(await namesIn('default')).toEqual(['the-owners']);
  expect((await nodeCalled(node)).metadata?.labels).not.toHaveProperty([Label.PolicyApplied]);
  expect((await nodeCalled(node)).spec?.taints).toBeUndefined();
  expect(Date.parse((await claimOf(node)) ?? '')).toBeLessThan(Date.now());
  expect(await claimOf('c1-node-2')).toBeUndefined();
  expect((await reclaim('--node', node, '--undo')).code).toBe(0);
  expect(await claimOf(node)).toBeUndefined();
});

it('takes every node where none is named, and says so again', async () => {
  expect((await reclaim()).stderr).toContain('3 nodes empty, 1 pod ended');
  expect(await namesIn(WORKER_NAMESPACE)).toEqual([]);
  expect((await reclaim()).stderr).toContain('3 nodes empty, 0 pods ended');
  expect((await reclaim('--undo')).stderr).toContain('3 nodes may be lent again');
});

it('evicts as budgets allow, and deletes what is left when its time is over', async () => {
  const node = 'c1-node-3';
  await create('free', node);
  await create('guarded', node, { labels: { ...OURS, app: 'guarded' }, spec: { priorityClassName: undefined } });
  const budget = { metadata: { name: 'guarded' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } } };
  await lender.api.create(`/apis/policy/v1/namespaces/${WORKER_NAMESPACE}/poddisruptionbudgets`, budget);
  await Promise.all([runs('free'), runs('guarded')]);
  const { code, stdout } = await reclaim('--node', node, '--wait', '4', '--evict');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'deleted  pod/kubeocean-worker/guarded',
    'evicted  pod/kubeocean-worker/free',
  ]);
  await reclaim('--node', node, '--undo');
});

it('goes on when the API server did not answer for a while', async () => {
  const node = 'c1-node-3';
  await create('patient', node);
  await runs('patient');
  const reclaiming = kubeocean('reclaim', '--local', '--kubeconfig', lender.linkedKubeconfig, '--node', node, '--wait', '5');
  await eventually(async () => expect(await claimOf(node)).toBeDefined());
  lender.cut('reset');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  lender.heal();
  expect(await reclaiming).toMatchObject({ code: 0, stdout: expect.stringContaining('deleted  pod/kubeocean-worker/patient') });
  await reclaim('--node', node, '--undo');
});

it('names what does not go, and ends it only when it is told to', async () => {
  const node = 'c1-node-3';
  await create('on-a-dead-machine', node, { annotations: { [FakeAnnotation.StopAfter]: '1h' }, spec: { terminationGracePeriodSeconds: 1 } });
  await runs('on-a-dead-machine');
  const stuck = await reclaim('--node', node, '--timeout', '2');
  expect(stuck.code).toBe(1);
  expect(stuck.stderr).toContain(`Still there: kubeocean-worker/on-a-dead-machine (${node}).`);
  expect(await namesIn(WORKER_NAMESPACE)).toEqual(['on-a-dead-machine']);
  expect((await reclaim('--node', node, '--grace-period', '0')).code).toBe(0);
  expect(await namesIn(WORKER_NAMESPACE)).toEqual([]);
});

it.each([
  ['without --local', ['reclaim', '--kubeconfig', 'x'], 'Say --local'],
  ['a wait that is no number', ['reclaim', '--local', '--kubeconfig', 'x', '--wait', 'long'], "'--wait <seconds>' argument 'long' is invalid"],
])('refuses %s', async (_, args, message) => {
  const { code, stderr } = await kubeocean(...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});

it('refuses a node that is not there', async () => {
  const { code, stderr } = await reclaim('--node', 'nowhere');
  expect([code, stderr]).toEqual([1, 'kubeocean: --node nowhere: the cluster has no node of that name.\n']);
});

it('needs no help to run first: a pod of the owner takes the place of ours', async () => {
  const node = 'c1-node-2';
  await create('borrowed', node, { cpu: '7' });
  await runs('borrowed');
  await create('wanted', node, { namespace: 'default', labels: { app: 'own' }, cpu: '7' });
  await runs('wanted', 'default');
  expect(await namesIn(WORKER_NAMESPACE)).not.toContain('borrowed');
});
