import type { Node, Pod } from 'kubernetes-types/core/v1';
import { FakeAnnotation } from '../../../local/clusters/kwok-stages';
import type { Cluster } from '../../../local/clusters/cluster';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import type { Stack } from '../../../local/stack';
import { graceOf, readAudit } from '../../support/audit';
import { eventually } from '../../support/eventually';
import { startTestStack } from '../../support/stack';

let stack: Stack;
let cluster: Cluster;

beforeAll(async () => {
  stack = await startTestStack({ physicalClusters: 1, nodesPerCluster: 2, temporal: false, physical: { audit: true } });
  cluster = stack.physical[0]!;
});

afterAll(async () => {
  await stack?.stop();
});

const PODS = '/api/v1/namespaces/default/pods';
const getPod = (name: string) => cluster.api.find<Pod>(`${PODS}/${name}`);

async function createPod(name: string, annotations: Record<string, string> = {}, spec: object = {}): Promise<void> {
  const containers = [{ name: 'app', image: 'registry.example/app:1' }];
  await cluster.api.create(PODS, { metadata: { name, annotations }, spec: { containers, ...spec } });
}

async function running(name: string): Promise<Pod> {
  return await eventually(async () => {
    const pod = await getPod(name);
    expect(pod?.status?.phase).toBe('Running');
    return pod!;
  });
}

it('runs a pod at once, with addresses, conditions and container statuses', async () => {
  const initContainers = [
    { name: 'migrate', image: 'm' },
    { name: 'sidecar', image: 's', restartPolicy: 'Always' },
  ];
  await createPod('plain', {}, { initContainers });
  const { status } = await running('plain');
  expect(status).toMatchObject({
    podIP: expect.stringMatching(/^10\.201\./),
    hostIP: '127.0.0.1',
    startTime: expect.any(String),
    containerStatuses: [{ name: 'app', ready: true, started: true, state: { running: {} } }],
    initContainerStatuses: [
      { name: 'migrate', state: { terminated: { exitCode: 0 } } },
      { name: 'sidecar', started: true, state: { running: {} } },
    ],
  });
  const trueConditions = status?.conditions?.filter((condition) => condition.status === 'True').map(({ type }) => type);
  expect(trueConditions).toEqual(expect.arrayContaining(['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']));
});

it('starts a pod late when told to', async () => {
  await createPod('late', { [FakeAnnotation.StartAfter]: '2500ms' });
  const { metadata, status } = await running('late');
  const since = Date.parse(metadata?.creationTimestamp ?? '');
  expect(Date.parse(status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '') - since).toBeGreaterThanOrEqual(2_000);
});

it.each([
  { code: '0', phase: 'Succeeded', reason: 'Completed' },
  { code: '3', phase: 'Failed', reason: 'Error' },
])('ends a pod with exit code $code as $phase', async ({ code, phase, reason }) => {
  const name = `exit-${code}`;
  await createPod(name, { [FakeAnnotation.ExitCode]: code }, { restartPolicy: 'Never' });
  await eventually(async () => {
    const pod = await getPod(name);
    expect(pod?.status?.phase).toBe(phase);
    expect(pod?.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      state: { terminated: { exitCode: Number(code), reason, startedAt: expect.any(String) } },
    });
    expect(pod?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
  });
});

it.each([
  { name: 'stops-at-once', after: undefined, grace: 120, atLeast: 0 },
  { name: 'stops-late', after: '1500ms', grace: 120, atLeast: 1_000 },
  { name: 'stops-with-grace', after: 'grace', grace: 3, atLeast: 1_500 },
])('lets go of a deleted pod: $name', async ({ name, after, grace, atLeast }) => {
  await createPod(name, after === undefined ? {} : { [FakeAnnotation.StopAfter]: after });
  await running(name);
  const start = Date.now();
  await cluster.api.delete(`${PODS}/${name}`, { gracePeriodSeconds: grace });
  await eventually(async () => expect(await getPod(name)).toBeNull(), { every: 20 });
  expect(Date.now() - start).toBeGreaterThanOrEqual(atLeast);
  await eventually(async () => {
    const deletions = (await readAudit(cluster)).filter((e) => e.verb === 'delete' && e.objectRef?.name === name);
    const [caller, ...kubelet] = deletions.map((e) => [e.user.username, graceOf(e)]);
    expect(caller).toEqual(['admin', grace]);
    expect(new Set(kubelet.map(String))).toEqual(new Set(['kwok,0']));
  });
});

it('makes a node fail and recover', async () => {
  const path = '/api/v1/nodes/c1-node-2';
  const readyOf = async () => {
    const node = await cluster.api.get<Node>(path);
    const taints = (node.spec?.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`);
    return { ready: node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, taints };
  };
  await cluster.api.merge(path, { metadata: { annotations: { [FakeAnnotation.NodeDown]: 'yes' } } });
  await eventually(async () => {
    const { ready, taints } = await readyOf();
    expect(ready).toBe('False');
    expect(taints).toContain('node.kubernetes.io/not-ready:NoSchedule');
  });
  await cluster.api.merge(path, { metadata: { annotations: { [FakeAnnotation.NodeDown]: null } } });
  await eventually(async () => expect(await readyOf()).toEqual({ ready: 'True', taints: [] }));
});

it('adds nodes with labels, taints and resources by the dozen', async () => {
  const taints = [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }];
  const names = nodeNames('gpu', 40);
  await cluster.addNodes({ names, labels: { pool: 'gpu' }, taints, allocatable: { cpu: '64', 'nvidia.com/gpu': '8' } });
  const { items } = await cluster.api.get<{ items: Node[] }>('/api/v1/nodes?labelSelector=pool%3Dgpu');
  expect(items).toHaveLength(40);
  expect(items[0]).toMatchObject({
    spec: { taints },
    status: { capacity: { cpu: '64', memory: '32Gi', 'nvidia.com/gpu': '8' }, allocatable: { 'nvidia.com/gpu': '8' } },
  });
});
