import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigMap, Pod, Secret } from 'kubernetes-types/core/v1';
import { parse } from 'yaml';
import { GROUP_VERSION } from '../../api/names/group';
import { copyFinalizer, DEBTS, Finalizer, Label, MANAGED_BY, syncedByLabel, SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { Debt } from '../../domain/debts';
import { checkPairs, physicalUids, untilRunning } from '../../local/demo/expect';
import { isRunning, isTainted, nameOf, physicalPods, uidOf, uidsOf, virtualNodes, virtualPods } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy, REPLICAS } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import { leftovers, physicalLeftovers, virtualLeftovers } from '../../local/demo/steps/unbind';
import { readWorkflow } from '../../local/demo/temporal';
import type { Lender, Walk } from '../../local/demo/walk';
import { bindingId, bindingWatchId } from '../../workflows/contracts/ids';
import { eventually, throughout } from '../support/eventually';
import { killWorkers, productLog } from '../support/product';
import { findLeaks } from '../support/secrets';
import { openTestWalk, type TestWalk } from '../support/walk';
import { BINDINGS, bindingsIn, conditionOf } from './fixtures/bindings';

const POLICIES = `/apis/${GROUP_VERSION}/resourceleasingpolicies`;

let open: TestWalk;
let walk: Walk;
let a: Lender;
let b: Lender;

beforeAll(async () => {
  open = await openTestWalk();
  walk = open.walk;
  [a, b] = walk.lenders;
  for (const step of [install, bind, deploy]) await step.run(walk);
});

afterAll(async () => {
  await open?.close();
});

const virtual = () => walk.stack.virtual.api;
const { bindingOf, untilReady, runPod } = bindingsIn(() => walk);
const kubeocean = (...args: string[]) => walk.commands.kubeocean(...args, '--kubeconfig', walk.stack.virtual.kubeconfig);
const findBinding = (name: string) => virtual().find<ClusterBinding>(`${BINDINGS}/${name}`);

async function eventsAbout(uid: string): Promise<string[]> {
  const { items } = await virtual().get<{ items: { reason: string }[] }>(`/api/v1/events?fieldSelector=involvedObject.uid%3D${uid}`);
  return items.map(({ reason }) => reason);
}

describe('the status', () => {
  it('has a line for each check, the same that kubeocean check prints', async () => {
    const { status } = await bindingOf(a.binding);
    const names = status?.checks?.map(({ name }) => name) ?? [];
    expect(names.slice(0, 11)).toEqual([
      ...['ClusterIDFree', 'Kubeconfig', 'Credentials', 'Reachable', 'TLS', 'WhoAmI', 'SameCluster', 'VersionSkew', 'ClockSkew', 'CRDPresent', 'MountNamespaceFree'],
    ]);
    expect(names.slice(11).every((name) => name.startsWith('Permissions/'))).toBe(true);
    expect(new Set(status?.checks?.map((check) => check.status))).toEqual(new Set(['Passed']));
    const printed = await kubeocean('check', '--binding', a.binding);
    for (const { name, message } of status?.checks ?? []) expect(printed).toMatch(new RegExp(`Passed +${name} +.*${message.slice(0, 8)}`));
  });
});

describe('the clusterID', () => {
  it('cannot be changed', async () => {
    await expect(virtual().merge(`${BINDINGS}/${a.binding}`, { spec: { clusterID: 'other' } })).rejects.toThrow('clusterID cannot be changed');
  });

  it('stays with its binding, whatever becomes of others with the same, across restarts', async () => {
    const observe = async () => ({
      nodes: (await virtualNodes(walk, a)).map(uidOf),
      pods: uidsOf(await virtualPods(walk)),
      physical: await physicalUids(walk),
      phase: (await bindingOf(a.binding)).status?.phase,
      claim: (await a.cluster.api.get<ConfigMap>(`/api/v1/namespaces/${WORKER_NAMESPACE}`)).metadata?.labels?.[Label.VirtualCluster],
    });
    const before = await observe();
    const { spec } = await bindingOf(a.binding);
    const impostors = ['aaa', 'zzz'];
    const isRefused = async (name: string) =>
      expect(conditionOf(await bindingOf(name))).toMatchObject({
        ...{ status: 'False', reason: 'DuplicateClusterID' },
        message: expect.stringContaining(a.binding),
      });
    for (const name of impostors) {
      await virtual().create(BINDINGS, { apiVersion: GROUP_VERSION, kind: 'ClusterBinding', metadata: { name }, spec });
      await eventually(() => isRefused(name));
    }
    expect(await observe()).toEqual(before);
    killWorkers(walk.stack);
    await virtual().delete(`${BINDINGS}/aaa`);
    await eventually(async () => expect(await findBinding('aaa')).toBeNull(), { within: 40_000 });
    await isRefused('zzz');
    await throughout(async () => expect(await observe()).toEqual(before), 3_000, 500);
    await virtual().delete(`${BINDINGS}/zzz`);
    killWorkers(walk.stack);
    await eventually(async () => expect(await findBinding('zzz')).toBeNull(), { within: 40_000 });
    await throughout(async () => expect(await observe()).toEqual(before), 3_000, 500);
  });
});

describe('finalizers of an earlier installation', () => {
  it('are released while the binding lives: nobody else would', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    await virtual().create(path, {
      metadata: { name: 'copied', labels: { [syncedByLabel(a.clusterId)]: 'true', app: 'mine' }, finalizers: [copyFinalizer(a.clusterId), 'example.com/mine'] },
    });
    const policy = { metadata: { name: 'old', finalizers: [Finalizer.Policy] }, spec: { cluster: a.binding, nodeSelector: { nodeSelectorTerms: [] } } };
    await a.cluster.api.create(POLICIES, { apiVersion: GROUP_VERSION, kind: 'ResourceLeasingPolicy', ...policy });
    await a.cluster.api.delete(`${POLICIES}/old`);
    const { metadata } = await bindingOf(a.binding);
    await virtual().merge(`${BINDINGS}/${a.binding}`, {
      metadata: { finalizers: [...(metadata.finalizers ?? []), Finalizer.ClusterBindingSyncer], annotations: { touched: 'yes' } },
    });
    await eventually(async () => {
      const { metadata: copied } = await virtual().get<ConfigMap>(`${path}/copied`);
      expect([copied?.finalizers, copied?.labels]).toEqual([['example.com/mine'], { app: 'mine' }]);
      expect((await bindingOf(a.binding)).metadata.finalizers).toEqual([Finalizer.ClusterBindingManager]);
      expect(await a.cluster.api.find(`${POLICIES}/old`)).toBeNull();
    });
  });
});

describe('a cluster that does not answer', () => {
  it('is noticed by workers that start meanwhile, and taken back when it answers', async () => {
    const { metadata } = await bindingOf(b.binding);
    b.cluster.cut();
    try {
      killWorkers(walk.stack);
      await eventually(
        async () => {
          expect(conditionOf(await bindingOf(b.binding), 'Connected')).toMatchObject({ status: 'False', reason: 'ClusterUnreachable' });
          for (const node of await virtualNodes(walk, b)) expect(isTainted(node, Taint.ClusterUnreachable, 'NoSchedule')).toBe(true);
          expect(await eventsAbout(metadata.uid)).toContain('ClusterUnreachable');
        },
        { within: 60_000, every: 500 },
      );
    } finally {
      b.cluster.heal();
    }
    await untilReady(b.binding, 40_000);
    await eventually(
      async () => {
        for (const node of await virtualNodes(walk, b)) expect(isTainted(node, Taint.ClusterUnreachable)).toBe(false);
        expect(await eventsAbout(metadata.uid)).toContain('ClusterReachable');
      },
      { within: 30_000 },
    );
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 30_000));
  });
});

describe('abandon', () => {
  const debts = async () => (JSON.parse(await kubeocean('debts', '-o', 'json')) as { debts: Debt[] }).debts;
  const ledger = () => virtual().find<ConfigMap>(`/api/v1/namespaces/${DEBTS.namespace}/configmaps/${DEBTS.name}`);
  const secretPath = () => `/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets/${b.binding}-kubeconfig`;
  let secret: Secret;
  let spec: ClusterBinding['spec'];
  let orphans: string[];

  it('detaches, whatever crashes, and notes a debt without a secret in it', async () => {
    ({ spec } = await bindingOf(b.binding));
    secret = await virtual().get<Secret>(secretPath());
    orphans = uidsOf(await physicalPods(b));
    expect(orphans.length).toBeGreaterThan(0);
    b.cluster.cut();
    const said = await kubeocean('unbind', b.binding, '--abandon');
    expect(said).toContain(`clusterbinding/${b.binding} is being abandoned`);
    killWorkers(walk.stack);
    await eventually(async () => expect(await virtualLeftovers(walk, b)).toEqual([]), { within: 180_000, every: 500 });
    const [debt] = await debts();
    expect(debt).toMatchObject({ binding: b.binding, clusterID: b.clusterId, secret: { name: `${b.binding}-kubeconfig`, uid: uidOf(secret) } });
    expect(await kubeocean('debts')).toMatch(new RegExp(`^BINDING .*\n${b.binding} +${b.clusterId} `));
    const kubeconfig = Buffer.from(secret.data?.kubeconfig ?? '', 'base64').toString();
    const { users } = parse(kubeconfig) as { users: [{ user: { token: string } }] };
    const token = users[0].user.token;
    expect(findLeaks({ token, kubeconfig }, { ledger: JSON.stringify(await ledger()), log: productLog(walk.stack) })).toEqual([]);
    await checkPairs({ ...walk, lenders: [a, a] }, await untilRunning(walk, REPLICAS, 40_000));
  });

  it('leaves no workflow behind', async () => {
    await eventually(async () => {
      for (const id of [bindingId(b.binding), bindingWatchId(b.binding)]) expect((await readWorkflow(walk.temporal, id).catch(closed)).status).not.toBe('RUNNING');
      const open: string[] = [];
      for await (const { workflowId } of walk.temporal.workflow.list({ query: `KoBinding = "${b.binding}" AND ExecutionStatus = "Running"` })) open.push(workflowId);
      expect(open).toEqual([]);
    }, { within: 30_000, every: 500 });
  });

  it('keeps the debt when Temporal loses its database and when the Secret is deleted, and says what is missing', async () => {
    const { temporal } = walk.stack;
    await temporal.kill();
    await rm(join(walk.stack.dir, 'temporal'), { recursive: true });
    await temporal.start();
    await virtual().delete(secretPath());
    await eventually(
      async () => {
        const [debt] = await debts();
        expect(debt?.reason).toContain(`Secret ${SYSTEM_NAMESPACE}/${b.binding}-kubeconfig (UID ${uidOf(secret)}) is gone`);
        expect(debt?.attempts).toBeGreaterThan(0);
      },
      { within: 90_000, every: 1_000 },
    );
  });

  it('is paid when the cluster is back, without touching a binding of the same name', async () => {
    await virtual().create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: nameOf(secret) }, data: secret.data });
    await virtual().create(BINDINGS, { apiVersion: GROUP_VERSION, kind: 'ClusterBinding', metadata: { name: b.binding }, spec });
    b.cluster.heal();
    const { metadata } = (await ledger())!;
    await untilReady(b.binding, 60_000);
    await runPod('namesake', b, 30_000);
    await virtual().create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'stays' },
      spec: {
        nodeSelector: { [Label.PhysicalClusterId]: b.clusterId },
        tolerations: [{ key: Taint.Vnode, operator: 'Exists' }],
        containers: [{ name: 'main', image: 'nginx' }],
      },
    });
    await walk.temporal.workflow.getHandle('manager').signal('resync');
    await eventually(async () => expect(await debts()).toEqual([]), { within: 90_000, every: 1_000 });
    expect(await eventsAbout(metadata?.uid ?? '')).toContain('DebtPaid');
    const left = (await physicalPods(b)).map(uidOf);
    expect(left.filter((uid) => orphans.includes(uid))).toEqual([]);
    await eventually(async () => expect(isRunning(await virtual().get<Pod>('/api/v1/namespaces/default/pods/stays'))).toBe(true), { within: 30_000 });
    await throughout(async () => expect((await physicalPods(b)).map(nameOf)).toContainEqual(expect.stringContaining('stays')), 3_000, 500);
  });
});

describe('unbind', () => {
  const isOurs = { [Label.ManagedBy]: MANAGED_BY };

  it('drains with grace, then leaves nothing of ours on either side, and everything of others', async () => {
    const { api } = b.cluster;
    await api.merge(`${POLICIES}/nights-and-weekends`, { spec: { gracefulReclaimPeriodSeconds: 6 } });
    const others = { 'somebody-elses': {}, 'another-borrowers': { ...isOurs, [Label.VirtualCluster]: 'another', [Label.ClusterBinding]: b.binding } };
    for (const [name, labels] of Object.entries(others)) {
      for (const kind of ['secrets', 'configmaps']) await api.create(`/api/v1/namespaces/${WORKER_NAMESPACE}/${kind}`, { metadata: { name, labels } });
    }
    await api.merge(`${POLICIES}/nights-and-weekends`, { metadata: { finalizers: [Finalizer.Policy] } });
    const copy = '/api/v1/namespaces/default/secrets';
    await virtual().create(copy, { metadata: { name: 'copied', labels: { [syncedByLabel(b.clusterId)]: 'true' }, finalizers: [copyFinalizer(b.clusterId)] } });
    const stays = (await virtual().get<Pod>('/api/v1/namespaces/default/pods/stays')).metadata?.uid;
    const asked = Date.now();
    const unbound = kubeocean('unbind', b.binding, '--wait');
    await throughout(async () => expect((await virtual().get<Pod>('/api/v1/namespaces/default/pods/stays')).metadata?.uid).toBe(stays), 4_000, 250);
    expect(await unbound).toContain(`clusterbinding/${b.binding} is gone`);
    expect(Date.now() - asked).toBeGreaterThanOrEqual(6_000 - 1_000);
    expect(await virtualLeftovers(walk, b)).toEqual([]);
    const expected = ['configmaps another-borrowers', 'secrets another-borrowers'];
    expect((await physicalLeftovers(b)).sort()).toEqual(expected);
    expect(await leftovers(walk, b)).toHaveLength(2);
    for (const name of Object.keys(others)) expect(await api.find(`/api/v1/namespaces/${WORKER_NAMESPACE}/secrets/${name}`)).not.toBeNull();
    expect((await virtual().get<Secret>(`${copy}/copied`)).metadata?.finalizers).toBeUndefined();
    await checkPairs({ ...walk, lenders: [a, a] }, await untilRunning(walk, REPLICAS, 30_000));
  });

  it('of a binding whose finalizer somebody took off still takes its nodes out of the virtual cluster', async () => {
    await virtual().merge(`${BINDINGS}/${a.binding}`, { metadata: { finalizers: null } });
    await virtual().delete(`${BINDINGS}/${a.binding}`);
    await eventually(async () => expect((await virtualNodes(walk, a)).map(nameOf)).toEqual([]), { within: 40_000 });
  });
});

const closed = () => ({ status: 'ABSENT' });
