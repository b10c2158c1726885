import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { nodeId } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery } from '../../workflows/contracts/leased-node';
import { BINDING, BINDINGS_PATH, POLICIES_PATH } from '../bench/rig/manifests';
import { windowEndingSoon } from '../bench/rig/windows';
import { eventually, throughout } from '../support/eventually';
import { askedOnce, departuresOf } from '../support/reclaim/departures';
import { closed, OPEN, PODS, type PodChange, ReclaimRig, vnodeOf } from '../support/reclaim/rig';
import { kubeocean } from '../integration/cli/command-line';

let rig: ReclaimRig;

beforeAll(async () => {
  rig = await ReclaimRig.open(15);
});

afterAll(async () => {
  await rig?.close();
});

const forced = (graceSeconds: number) => ({ forceReclaim: true, gracefulReclaimPeriodSeconds: graceSeconds });
/** A pod that stops when it is let go. */
const held = (): PodChange => ({ annotations: { [FakeAnnotation.StopAfter]: '1h' }, spec: { terminationGracePeriodSeconds: 1 } });
const letGo = async (name: string) => {
  const copy = await rig.copyOf(name);
  const body = { metadata: { annotations: { [FakeAnnotation.StopAfter]: null } } };
  await rig.physical.api.merge(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${copy?.metadata?.name}`, body);
};
const tolerating = (toleration: object): PodChange => ({ spec: { tolerations: [toleration] } });
const byName = { key: Taint.OutOfTimeWindows, operator: 'Exists' };
const vnodeTaint = { key: Taint.Vnode, operator: 'Exists' };

const uidOf = async (name: string) => (await rig.pod(name))?.metadata?.uid;
const isGoing = async (name: string) => (await rig.pod(name))?.metadata?.deletionTimestamp !== undefined;
const gone = (names: readonly string[], within = 20_000) =>
  eventually(async () => {
    for (const name of names) expect(await rig.pod(name)).toBeNull();
  }, { within });
const windowTaint = async (node: string) => (await rig.vnode(node))?.spec?.taints?.find(({ key }) => key === Taint.OutOfTimeWindows);
const isTainted = (node: string, effect: string) => eventually(async () => expect(await windowTaint(node)).toMatchObject({ effect }));
const policyCondition = async (node: string, type = 'Reclaiming') =>
  (await rig.policy(node)).status?.conditions?.find((condition) => condition.type === type);
const statusOf = (node: string) => rig.temporal.workflow.getHandle(nodeId(BINDING, node)).query(leasedNodeStatusQuery);

it('shows every step on the vnode, on the policy, on the pods and in the workflow', async () => {
  const node = await rig.lend();
  const [name = ''] = await rig.run(node, { a: held() });
  const { window } = windowEndingSoon(Date.now() + 3_600_000);
  await rig.edit(node, { ...forced(600), noticePeriodSeconds: 36_000, timeWindows: [window] });
  await rig.reaches(node, 'Noticed');
  await isTainted(node, 'PreferNoSchedule');
  const leaseEnds = (await rig.vnode(node))?.metadata?.annotations?.[Annotation.LeaseEndsAt];
  await eventually(async () => expect((await rig.pod(name))?.metadata?.annotations?.[Annotation.LeaseEndsAt]).toBe(leaseEnds));
  // Who comes now is told as well.
  const [late = ''] = await rig.run(node, { late: {} });
  await eventually(async () => expect((await rig.pod(late))?.metadata?.annotations?.[Annotation.LeaseEndsAt]).toBe(leaseEnds));
  await rig.edit(node, closed());
  await rig.reaches(node, 'Grace');
  await isTainted(node, 'NoSchedule');
  await eventually(async () => expect(await statusOf(node)).toMatchObject({ phase: 'Grace', stuck: false, reclaimSince: expect.any(String), deadline: expect.any(String) }));
  await eventually(async () => expect(await policyCondition(node)).toMatchObject({ status: 'True', reason: 'Grace', message: `${node} Grace.` }));
  await throughout(async () => expect(await isGoing(name)).toBe(false), 2_000);
  await rig.edit(node, forced(0));
  await rig.reaches(node, 'Forced');
  await isTainted(node, 'NoExecute');
  await eventually(async () => expect((await rig.copyOf(name))?.metadata?.deletionTimestamp).toBeDefined());
  await letGo(name);
  await rig.reaches(node, 'Closed');
  await gone([name, late]);
  await eventually(async () => expect(await policyCondition(node)).toMatchObject({ status: 'False', reason: 'Closed' }));
  await eventually(async () => expect(await statusOf(node)).toMatchObject({ phase: 'Closed' }));
  await eventually(async () => {
    expect(await rig.reasons(rig.virtual, vnodeOf(node))).toEqual(expect.arrayContaining(['NoticeGiven', 'GracePeriod', 'DeadlineReached', 'NodeEmpty']));
    const told = await rig.reasons(rig.virtual, name);
    expect(told).toContain('NoticeGiven');
    // Kubernetes' own controller deletes what NoExecute drives out too: whoever comes first says so.
    expect(told).toContainEqual(expect.stringMatching(/^(DeletedByReclaim|TaintManagerEviction)$/));
    expect(await rig.reasons(rig.physical, node)).toContain('NodeEmpty');
  });
  await rig.edit(node, { ...OPEN, noticePeriodSeconds: null });
  await rig.isLent(node);
  await eventually(async () => expect(await policyCondition(node)).toMatchObject({ status: 'False', reason: 'Lent' }));
});

it('takes a notice back when the edge moves away', async () => {
  const node = await rig.lend();
  const [name = ''] = await rig.run(node, { a: {} });
  await rig.edit(node, { ...forced(0), noticePeriodSeconds: 36_000, timeWindows: [windowEndingSoon(Date.now() + 3_600_000).window] });
  await eventually(async () => expect((await rig.pod(name))?.metadata?.annotations).toHaveProperty([Annotation.LeaseEndsAt]));
  await rig.edit(node, OPEN);
  await rig.isLent(node);
  await eventually(async () => {
    expect((await rig.pod(name))?.metadata?.annotations).not.toHaveProperty([Annotation.LeaseEndsAt]);
    expect(await rig.reasons(rig.virtual, name)).toContain('NoticeWithdrawn');
  });
});

it('evicts during the grace as budgets allow, and without an error', async () => {
  const node = await rig.lend({ ...forced(600), drain: 'Evict' });
  const labels = { app: node };
  const [free = '', guarded = ''] = await rig.run(node, { free: {}, guarded: { labels } });
  await rig.virtual.api.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: node },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  await eventually(async () => {
    const budget = await rig.virtual.api.get<{ status?: { expectedPods?: number } }>(`/apis/policy/v1/namespaces/default/poddisruptionbudgets/${node}`);
    expect(budget.status?.expectedPods).toBe(1);
  });
  await rig.edit(node, closed());
  await gone([free]);
  expect((await rig.condition(node))?.reason).toBe('Grace');
  await eventually(async () => expect((await departuresOf(rig.virtual, node)).refused[guarded]).toBeGreaterThanOrEqual(2));
  expect(await isGoing(guarded)).toBe(false);
  await rig.edit(node, forced(0));
  await gone([guarded]);
  await rig.reaches(node, 'Closed');
  await eventually(async () => {
    const departures = await departuresOf(rig.virtual, node);
    expect(departures.evicted).toEqual({ [free]: 1 });
    expect(askedOnce(departures, [free, guarded])).toEqual({ [free]: true, [guarded]: true });
    expect(await rig.reasons(rig.virtual, guarded)).toContain('EvictionBlocked');
  });
});

it('never touches the placeholders of host ports, nor a label that only looks like one', async () => {
  const node = await rig.lend({ ...forced(0) });
  const [disguised = ''] = await rig.run(node, { disguised: { labels: {} } });
  await rig.virtual.api.merge(`${PODS}/${disguised}`, { metadata: { labels: { [Label.HostPortFakePod]: 'true' } } });
  const namespace = 'kubeocean-fake';
  if ((await rig.virtual.api.find(`/api/v1/namespaces/${namespace}`)) === null) {
    await rig.virtual.api.create('/api/v1/namespaces', { metadata: { name: namespace } });
  }
  await eventually(async () => expect(await rig.virtual.api.find(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)).not.toBeNull());
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const placeholder = await rig.virtual.api.create<Pod>(path, {
    metadata: { name: node, labels: { [Label.HostPortFakePod]: 'true' } },
    spec: { nodeName: vnodeOf(node), tolerations: [{ operator: 'Exists' }], containers: [{ name: 'fake-container', image: 'busybox:1.28' }] },
  });
  await rig.edit(node, closed());
  await gone([disguised]);
  await rig.reaches(node, 'Closed');
  const after = await rig.virtual.api.get<Pod>(`${path}/${node}`);
  expect([after.metadata?.uid, after.metadata?.deletionTimestamp]).toEqual([placeholder.metadata?.uid, undefined]);
});

it('says that a node is stuck, and ends nothing by itself', async () => {
  const node = await rig.lend({ ...forced(0) });
  const [name = ''] = await rig.run(node, { a: held() });
  await rig.edit(node, closed());
  await eventually(async () => {
    const condition = await rig.condition(node, 'ReclaimStuck');
    expect(condition).toMatchObject({ status: 'True', message: expect.stringContaining(WORKER_NAMESPACE) });
  }, { within: 20_000 });
  await eventually(async () => expect(await statusOf(node)).toMatchObject({ phase: 'Forced', stuck: true }));
  await eventually(async () => {
    expect(await policyCondition(node, 'ReclaimStuck')).toMatchObject({ status: 'True', message: expect.stringContaining(node) });
    expect(await rig.reasons(rig.virtual, vnodeOf(node))).toContain('ReclaimStuck');
    expect(await rig.reasons(rig.physical, node)).toContain('ReclaimStuck');
  });
  await throughout(async () => expect(await rig.copies(node)).toHaveLength(1), 3_000, 300);
  await letGo(name);
  await rig.reaches(node, 'Closed');
  await eventually(async () => expect(await rig.condition(node, 'ReclaimStuck')).toBeUndefined());
});

it('lets a pod of the owner take the place of ours at any time, without asking', async () => {
  const node = await rig.lend();
  const greedy = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '7' } } }];
  const [name = ''] = await rig.run(node, { a: { spec: { containers: greedy } } });
  await rig.physical.api.create(PODS, { metadata: { name: 'wanted' }, spec: { nodeSelector: { [Label.Hostname]: node }, containers: greedy } });
  await eventually(async () => expect((await rig.physical.api.get<Pod>(`${PODS}/wanted`)).status?.phase).toBe('Running'));
  expect(await rig.copies(node)).toEqual([]);
  await eventually(async () => expect((await rig.pod(name))?.status?.phase).toBe('Failed'));
  await rig.physical.api.delete(`${PODS}/wanted`);
});

/** Each has a node of its own, and mostly waits. */
describe('side by side', () => {
  it.concurrent('a deleted node takes its vnode and pods along', async () => {
    const node = await rig.lend({ ...forced(600) });
    const [name = ''] = await rig.run(node, { a: {} });
    await rig.edit(node, closed());
    await rig.reaches(node, 'Grace');
    await rig.physical.api.delete(`/api/v1/nodes/${node}`);
    await eventually(async () => expect(await isGoing(name)).toBe(true));
    // Nobody stops a pod on a node that is not there; the lender's own garbage collector takes its time.
    await gone([name], 120_000);
    await eventually(async () => expect(await rig.vnode(node)).toBeNull(), { within: 30_000 });
  });

  it.concurrent('is empty at the edge where the policy wants that', async () => {
    const node = await rig.lend();
    // They need less than they may take: the rest is for a machine that is busy.
    const graceful = { annotations: { [FakeAnnotation.StopAfter]: '3s' }, spec: { terminationGracePeriodSeconds: 20 } };
    const names = await rig.run(node, { a: graceful, b: graceful });
    const { window, edge } = windowEndingSoon(Date.now() + 30_000);
    await rig.edit(node, { ...forced(35), reclaimBefore: true, timeWindows: [window] });
    await eventually(async () => expect(await windowTaint(node)).toMatchObject({ effect: 'NoSchedule' }), { within: 120_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(edge - 35_000);
    await eventually(async () => expect(await rig.copies(node)).toEqual([]), { within: 30_000 });
    expect(Date.now()).toBeLessThan(edge);
    await rig.reaches(node, 'Closed');
    await eventually(async () => expect(askedOnce(await departuresOf(rig.virtual, node), names)).toEqual(Object.fromEntries(names.map((name) => [name, true]))));
  });

  it.concurrent('spares what tolerates the end by name, and deletes what tolerates everything', async () => {
    const node = await rig.lend({ ...forced(0) });
    const names = await rig.run(node, {
      everything: tolerating({ operator: 'Exists' }),
      effect: { spec: { tolerations: [vnodeTaint, { ...byName, effect: 'NoSchedule' }] } },
      awhile: { spec: { tolerations: [vnodeTaint, { ...byName, effect: 'NoExecute', tolerationSeconds: 30 }] } },
      stays: { spec: { tolerations: [vnodeTaint, byName] } },
    });
    const [everything = '', effect = '', awhile = '', stays = ''] = names;
    await rig.edit(node, closed());
    await gone([everything, effect]);
    expect(await isGoing(awhile)).toBe(false);
    await gone([awhile], 120_000);
    await rig.reaches(node, 'ToleratingPodsRemain');
    expect(await rig.condition(node)).toMatchObject({ status: 'False', message: expect.stringContaining(`default/${stays}`) });
    // Who tolerates everything is scheduled all the same, and gets no copy.
    const late = `${node}-late`;
    await rig.virtual.api.create(PODS, {
      metadata: { name: late },
      spec: { nodeName: vnodeOf(node), tolerations: [{ operator: 'Exists' }], containers: [{ name: 'main', image: 'nginx' }] },
    });
    await throughout(async () => {
      expect(await rig.copyOf(late)).toBeUndefined();
      expect(await isGoing(late)).toBe(false);
    }, 3_000);
    await rig.edit(node, { evictTolerating: true });
    await gone([stays]);
    await rig.reaches(node, 'Closed');
    await rig.edit(node, OPEN);
    await eventually(async () => expect((await rig.pod(late))?.status?.phase).toBe('Running'));
  });

  it.concurrent('a deleted policy leaves the pods the grace that it promised', async () => {
    const node = await rig.lend({ ...forced(30) });
    const [name = ''] = await rig.run(node, { a: {} });
    const deletedAt = Date.now();
    await rig.physical.api.delete(`${POLICIES_PATH}/${node}`);
    await rig.reaches(node, 'Returning');
    await throughout(async () => expect(await isGoing(name)).toBe(false), 4_000);
    await gone([name]);
    expect(Date.now() - deletedAt).toBeGreaterThan(29_000);
    await eventually(async () => expect(await rig.vnode(node)).toBeNull());
    expect(await rig.copies(node)).toEqual([]);
  });
});

describe('in mid-reclaim', () => {
  it('a window that opens again keeps the pods', async () => {
    const node = await rig.lend({ ...forced(60) });
    const [name = ''] = await rig.run(node, { a: {} });
    const uid = await uidOf(name);
    await rig.edit(node, closed());
    await rig.reaches(node, 'Grace');
    await rig.edit(node, OPEN);
    await rig.isLent(node);
    expect([await uidOf(name), await isGoing(name)]).toEqual([uid, false]);
    // The unbind at the end has no grace to wait for here.
    await rig.edit(node, forced(0));
  });

  it('a window that opens again after the deadline keeps whom nobody deleted yet, and lends the node again', async () => {
    const node = await rig.lend({ ...forced(0) });
    const [first = ''] = await rig.run(node, { a: held() });
    await rig.edit(node, closed());
    await rig.reaches(node, 'Forced');
    await eventually(async () => expect((await rig.copyOf(first))?.metadata?.deletionTimestamp).toBeDefined());
    await rig.edit(node, OPEN);
    await eventually(async () => expect(await windowTaint(node)).toBeUndefined());
    const [again = ''] = await rig.run(node, { b: {} });
    expect(await isGoing(again)).toBe(false);
    await letGo(first);
    await gone([first]);
  });

  it('an owner who takes the node back by himself is obeyed, and it comes back when he says so', async () => {
    const node = await rig.lend({ ...forced(600) });
    const [name = ''] = await rig.run(node, { a: {} });
    const reclaim = (...args: string[]) => kubeocean('reclaim', '--local', '--kubeconfig', rig.physical.kubeconfig, '--node', node, ...args);
    expect((await reclaim()).stderr).toContain('1 node empty');
    await gone([name]);
    await eventually(async () => expect(await rig.vnode(node)).toBeNull());
    expect(await rig.copies(node)).toEqual([]);
    expect((await reclaim('--undo')).code).toBe(0);
    await eventually(async () => expect(await rig.vnode(node)).not.toBeNull(), { within: 20_000 });
  });

  it('an unbind leaves the pods their grace, and then nothing', async () => {
    const node = await rig.lend({ ...forced(30) });
    const [name = ''] = await rig.run(node, { a: {} });
    await rig.edit(node, closed());
    await rig.reaches(node, 'Grace');
    await rig.virtual.api.delete(`${BINDINGS_PATH}/${BINDING}`);
    await throughout(async () => expect(await isGoing(name)).toBe(false), 3_000);
    await eventually(async () => expect(await rig.virtual.api.find(`${BINDINGS_PATH}/${BINDING}`)).toBeNull(), { within: 90_000 });
    expect(await rig.pod(name)).toBeNull();
    expect(await rig.vnode(node)).toBeNull();
    expect(await rig.copies(node)).toEqual([]);
  });
});
