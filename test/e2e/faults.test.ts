import { readFileSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod, Secret } from 'kubernetes-types/core/v1';
import { stringify } from 'yaml';
import { GROUP_VERSION } from '../../api/names/group';
import { SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding, Condition, ResourceLeasingPolicy } from '../../api/names/types';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import type { Rest } from '../../local/clusters/rest';
import { checkPairs, physicalUids, untilRunning } from '../../local/demo/expect';
import { isOn, isTainted, nameOf, physicalPods, uidOf, uidsOf, virtualNodes, virtualPods, virtualUidOf } from '../../local/demo/observe';
import { startProduct } from '../../local/demo/product';
import { bind } from '../../local/demo/steps/bind';
import { deploy, REPLICAS } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import { readWorkflow } from '../../local/demo/temporal';
import type { Walk } from '../../local/demo/walk';
import { podId } from '../../workflows/contracts/ids';
import { eventually, throughout } from '../support/eventually';
import { killWorkers, productLog } from '../support/product';
import { findLeaks } from '../support/secrets';
import { openTestWalk, type TestWalk } from '../support/walk';

const BINDINGS = `/apis/${GROUP_VERSION}/clusterbindings`;
const POLICIES = `/apis/${GROUP_VERSION}/resourceleasingpolicies`;
const PASSWORD = 'hunter2-in-an-environment-variable';
const COPIED = { ConfigMap: 'hunter2-in-a-configmap', Secret: 'hunter2-in-a-secret-that-is-copied' } as const;
const EXEC_ARGUMENT = '--password=hunter2-in-a-kubeconfig';

let open: TestWalk;
let walk: Walk;

beforeAll(async () => {
  open = await openTestWalk();
  walk = open.walk;
  for (const step of [install, bind, deploy]) await step.run(walk);
});

afterAll(async () => {
  await open?.close();
});

const policyOf = async (api: Rest, name: string) => await api.get<ResourceLeasingPolicy>(`${POLICIES}/${name}`);
const bindingOf = async (api: Rest, name: string) => await api.get<ClusterBinding>(`${BINDINGS}/${name}`);
const condition = (object: { status?: { conditions?: readonly Condition[] } }, type = 'Ready') =>
  object.status?.conditions?.find((one) => one.type === type);

/** Secret and binding of somebody who borrows from the second physical cluster, with a difference. */
async function createBinding(api: Rest, name: string, given: { kubeconfig: string; spec?: object }): Promise<void> {
  await api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, {
    metadata: { name },
    stringData: { kubeconfig: given.kubeconfig },
  });
  await api.create(BINDINGS, {
    apiVersion: GROUP_VERSION,
    kind: 'ClusterBinding',
    metadata: { name },
    spec: {
      clusterID: name,
      secretRef: { name, namespace: SYSTEM_NAMESPACE },
      mountNamespace: WORKER_NAMESPACE,
      ...given.spec,
    },
  });
}

const kubeconfigOf = (binding: string) => readFileSync(join(walk.dir, `${binding}.kubeconfig`), 'utf8');
const vnodesByUid = async () => (await Promise.all(walk.lenders.map((lender) => virtualNodes(walk, lender)))).flat().map(uidOf);

it('keeps every pod when the database of Temporal is wiped, and gives each its workflow again', async () => {
  const before = await virtualPods(walk);
  const [physical, nodes] = [await physicalUids(walk), await vnodesByUid()];
  const { temporal } = walk.stack;
  await temporal.kill();
  await rm(join(walk.stack.dir, 'temporal'), { recursive: true });
  await temporal.start();
  await eventually(
    async () => {
      for (const pod of before) expect((await readWorkflow(walk.temporal, podId(uidOf(pod)))).status).toBe('RUNNING');
    },
    { within: 75_000, every: 1_000 },
  );
  expect(uidsOf(await virtualPods(walk))).toEqual(uidsOf(before));
  expect(await physicalUids(walk)).toEqual(physical);
  expect(await vnodesByUid()).toEqual(nodes);
});

describe('when all workers are killed', () => {
  const kubectl = (...args: string[]) => walk.commands.kubectl(walk.stack.virtual.kubeconfig, ...args);

  it('while a pod stops, it ends on both sides and is replaced once', async () => {
    const [lender] = walk.lenders;
    const pod = (await virtualPods(walk)).find((one) => isOn(lender, one))!;
    const counterpart = async () => (await physicalPods(lender)).find((one) => virtualUidOf(one) === uidOf(pod));
    await kubectl('annotate', 'pod', nameOf(pod), `${FakeAnnotation.StopAfter}=1h`);
    await eventually(async () => expect((await counterpart())?.metadata?.annotations).toHaveProperty([FakeAnnotation.StopAfter]));
    await kubectl('delete', 'pod', nameOf(pod), '--grace-period=3', '--wait=false');
    const copy = await eventually(async () => {
      const found = await counterpart();
      expect(found?.metadata?.deletionTimestamp).toBeDefined();
      return found!;
    });
    killWorkers(walk.stack);
    await lender.cluster.api.merge(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${nameOf(copy)}`, { metadata: { annotations: { [FakeAnnotation.StopAfter]: null } } });
    await eventually(async () => expect(uidsOf(await virtualPods(walk))).not.toContain(uidOf(pod)), { within: 40_000 });
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 30_000));
  });

  it('while a window closes, its pods get their grace and move', async () => {
    const [, lender] = walk.lenders;
    const { api } = lender.cluster;
    const { spec } = await policyOf(api, 'nights-and-weekends');
    const closed = { timeWindows: [{ start: '08:00', end: '12:00' }], gracefulReclaimPeriodSeconds: 3 };
    await api.merge(`${POLICIES}/nights-and-weekends`, { spec: closed });
    await eventually(async () => {
      for (const node of await virtualNodes(walk, lender)) expect(isTainted(node, Taint.OutOfTimeWindows)).toBe(true);
    });
    killWorkers(walk.stack);
    await eventually(async () => expect(await physicalPods(lender)).toEqual([]), { within: 40_000 });
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 30_000));
    await api.merge(`${POLICIES}/nights-and-weekends`, { spec: { timeWindows: spec.timeWindows } });
    await eventually(async () => {
      for (const node of await virtualNodes(walk, lender)) expect(isTainted(node, Taint.OutOfTimeWindows)).toBe(false);
    });
  });
});

it('refuses a second binding with the same clusterID, alive or deleted, without touching the first', async () => {
  const { api } = walk.stack.virtual;
  const [first] = walk.lenders;
  const observe = async () => ({
    nodes: (await virtualNodes(walk, first)).map(uidOf),
    pods: uidsOf(await virtualPods(walk)),
    physical: await physicalUids(walk),
    phase: (await bindingOf(api, first.binding)).status?.phase,
  });
  const before = await observe();
  await createBinding(api, 'impostor', { kubeconfig: kubeconfigOf('cluster-b'), spec: { clusterID: first.clusterId } });
  await eventually(async () => {
    expect(condition(await bindingOf(api, 'impostor'))).toMatchObject({
      status: 'False',
      reason: 'DuplicateClusterID',
      message: expect.stringContaining(first.binding),
    });
  });
  expect(await observe()).toEqual(before);
  await api.delete(`${BINDINGS}/impostor`);
  await eventually(async () => expect(await api.find(`${BINDINGS}/impostor`)).toBeNull());
  await throughout(async () => expect(await observe()).toEqual(before), 3_000, 500);
});

it('refuses a mount namespace that another virtual cluster holds', async () => {
  const [first, second] = walk.lenders;
  const { commands, stack } = walk;
  const borrower = second.cluster;
  await commands.kubeocean('install', '--kubeconfig', borrower.kubeconfig, '--role', 'virtual');
  await startProduct({
    ...{ supervisor: stack.supervisor, dir: walk.dir, name: 'second', workers: 1 },
    ...{ kubeconfig: borrower.kubeconfig, temporalAddress: stack.temporal.address, temporalNamespace: 'second' },
  });
  const before = await physicalUids(walk);
  await createBinding(borrower.api, 'second', { kubeconfig: kubeconfigOf(first.binding) });
  await eventually(async () => {
    const { status, message } = condition(await bindingOf(borrower.api, 'second')) ?? {};
    expect(status).toBe('False');
    expect(message).toMatch(/MountNamespaceFree: .*belongs to another virtual cluster/);
  });
  await borrower.api.delete(`${BINDINGS}/second`);
  await eventually(async () => expect(await borrower.api.find(`${BINDINGS}/second`)).toBeNull());
  expect(await physicalUids(walk)).toEqual(before);
});

it('refuses a kubeconfig that would run a program, and names the field', async () => {
  const { api } = walk.stack.virtual;
  const { server } = walk.lenders[1].cluster;
  const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/true', args: [EXEC_ARGUMENT] } };
  const kubeconfig = stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    clusters: [{ name: 'x', cluster: { server } }],
    users: [{ name: 'x', user }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  });
  await createBinding(api, 'runs-programs', { kubeconfig });
  await eventually(async () => {
    const { status, message } = condition(await bindingOf(api, 'runs-programs')) ?? {};
    expect(status).toBe('False');
    expect(message).toContain('users[].user.exec');
  });
  await api.delete(`${BINDINGS}/runs-programs`);
  await eventually(async () => expect(await api.find(`${BINDINGS}/runs-programs`)).toBeNull());
});

it('tells the author of a policy that it names the clusterID instead of the binding', async () => {
  const [{ binding, clusterId, cluster }] = walk.lenders;
  await cluster.api.create(POLICIES, {
    apiVersion: GROUP_VERSION,
    kind: 'ResourceLeasingPolicy',
    metadata: { name: 'misaddressed' },
    spec: { cluster: clusterId },
  });
  await eventually(async () => {
    const conditions = (await policyOf(cluster.api, 'misaddressed')).status?.conditions ?? [];
    expect(conditions).toContainEqual(
      expect.objectContaining({ status: 'False', reason: 'ClusterIDInsteadOfName', message: expect.stringContaining(binding) }),
    );
  });
  await cluster.api.delete(`${POLICIES}/misaddressed`);
});

describe('secrets', () => {
  /** A refusal whose message repeats what the pod says: the like of a 422 of the API server. */
  async function refusePods(api: Rest): Promise<void> {
    const group = '/apis/admissionregistration.k8s.io/v1';
    await api.create(`${group}/validatingadmissionpolicies`, {
      metadata: { name: 'talkative' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        matchConditions: [{ name: 'asked', expression: "has(object.metadata.labels) && 'refused' in object.metadata.labels" }],
        validations: [{ expression: 'false', messageExpression: "'no ' + object.spec.containers[0].env[0].value" }],
      },
    });
    await api.create(`${group}/validatingadmissionpolicybindings`, {
      metadata: { name: 'talkative' },
      spec: { policyName: 'talkative', validationActions: ['Deny'] },
    });
  }

  /** As `kubectl apply` leaves them: with the content in an annotation, too. */
  async function createCopied(api: Rest): Promise<void> {
    for (const [kind, value] of Object.entries(COPIED)) {
      const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { key: value } }) };
      const content = kind === 'Secret' ? { stringData: { key: value } } : { data: { key: value } };
      await api.create(`/api/v1/namespaces/default/${kind.toLowerCase()}s`, { metadata: { name: 'copied', annotations }, ...content });
    }
  }

  const podWithPassword = (name: string, clusterId: string, labels: Record<string, string>) => ({
    metadata: { name, labels },
    spec: {
      nodeSelector: { 'kubeocean.io/physical-cluster-id': clusterId },
      tolerations: [{ key: Taint.Vnode, operator: 'Exists' }],
      containers: [
        {
          ...{ name: 'main', image: 'nginx', env: [{ name: 'PASSWORD', value: PASSWORD }] },
          envFrom: [{ secretRef: { name: 'copied' } }, { configMapRef: { name: 'copied' } }],
        },
      ],
    },
  });

  async function collectSecrets(): Promise<Record<string, string>> {
    const files = ['cluster-a', 'cluster-b', 'kubeocean'].map((name) => [`token of ${name}`, /token: (\S+)/.exec(kubeconfigOf(name))?.[1] ?? '']);
    const path = `/api/v1/namespaces/${WORKER_NAMESPACE}/secrets`;
    const lists = await Promise.all(walk.lenders.map(({ cluster }) => cluster.api.get<{ items: Secret[] }>(path)));
    const values = lists
      .flatMap(({ items }) => items)
      .flatMap(({ metadata, data }) => Object.entries(data ?? {}).map(([key, value]) => ({ name: `${metadata?.name}/${key}`, value })))
      .filter(({ name, value }) => !name.endsWith('ca.crt') && value.length > 40)
      .map(({ name, value }) => [name, Buffer.from(value, 'base64').toString()]);
    expect(values.length).toBeGreaterThan(REPLICAS);
    const copied = { 'a Secret of a pod': COPIED.Secret, 'a ConfigMap of a pod': COPIED.ConfigMap };
    return { ...copied, 'the environment of a pod': PASSWORD, 'arguments of exec': EXEC_ARGUMENT, ...Object.fromEntries([...files, ...values]) };
  }

  async function collectPlaces(): Promise<Record<string, string | Buffer>> {
    const { stack } = walk;
    const clusters = [stack.virtual, ...stack.physical];
    const events = await Promise.all(clusters.map(async ({ name, api }) => [`events of ${name}`, JSON.stringify(await api.get('/api/v1/events'))]));
    const folder = join(stack.dir, 'temporal');
    const files = await Promise.all((await readdir(folder)).map(async (name) => [`database of Temporal, ${name}`, await readFile(join(folder, name))]));
    return { 'log of kubeocean up': productLog(stack), 'log of the second': productLog(stack, 'second'), ...Object.fromEntries([...events, ...files]) };
  }

  it('are in no log, no event and no history, whatever a physical API server says about a pod', async () => {
    const { api } = walk.stack.virtual;
    const [{ clusterId, cluster }, other] = walk.lenders;
    await refusePods(cluster.api);
    const pods = '/api/v1/namespaces/default/pods';
    await eventually(async () => {
      const asked = cluster.api.create(`/api/v1/namespaces/default/pods?dryRun=All`, podWithPassword('probe', clusterId, { refused: '' }));
      await expect(asked).rejects.toThrow(PASSWORD);
    });
    await createCopied(api);
    await api.create(pods, podWithPassword('welcome', other.clusterId, {}));
    await api.create(pods, podWithPassword('refused', clusterId, { refused: '' }));
    await eventually(async () => expect((await api.get<Pod>(`${pods}/welcome`)).status?.phase).toBe('Running'));
    const refused = await api.get<Pod>(`${pods}/refused`);
    await eventually(async () => {
      const { items } = await api.get<{ items: { type?: string }[] }>(
        `/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3D${uidOf(refused)}`,
      );
      expect(items.map(({ type }) => type)).toContain('Warning');
    });
    // The pod's workflow follows its event; until it is there, a clean database proves nothing.
    await eventually(async () => {
      const mentions = findLeaks({ 'what may be there': `default/${nameOf(refused)}` }, await collectPlaces());
      const expected = expect.arrayContaining([expect.stringContaining('database of Temporal')]) as unknown;
      expect(mentions.map(({ place }) => place)).toEqual(expected);
    });
    expect(findLeaks(await collectSecrets(), await collectPlaces())).toEqual([]);
    // A pod that the physical cluster refuses is a finding of the audit, which is the last step.
    await api.delete(`${pods}/refused`);
  });
});
