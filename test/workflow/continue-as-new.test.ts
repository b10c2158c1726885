import { setTimeout as delay } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ensureManager } from '../../workers/ensure-manager';
import { bindingChangedSignal, clusterBindingStatusQuery, nodesWantedSignal } from '../../workflows/contracts/cluster-binding';
import { pauseSignal } from '../../workflows/contracts/common';
import { bindingId, MANAGER_ID, nodeId, podId } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery, nodeChangedSignal, podsAssignedSignal } from '../../workflows/contracts/leased-node';
import { bindingsSeenSignal, managerStatusQuery } from '../../workflows/contracts/manager';
import { repairUpdate } from '../../workflows/contracts/steering';
import type { Settings } from '../../workflows/contracts/settings';
import { eventually } from '../support/eventually';
import { census, eventsOf, runsOf } from '../support/workflow/histories';
import { LENT, RETURNED } from '../support/workflow/stubs';
import { nodeOf, QUIET, someBinding, somePod, World } from '../support/workflow/world';

/** Continues as new all the time. */
const EAGER: Settings = { ...QUIET, continueAfterEvents: 40 };

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

/** Sends messages until a workflow is in another run. */
async function untilContinued(workflowId: string, send: () => Promise<void>): Promise<void> {
  const before = await world.runOf(workflowId);
  await eventually(async () => {
    await send();
    expect(await world.runOf(workflowId)).not.toBe(before);
  }, { within: 30_000, every: 5 });
}

/** Runs `send` for the numbers up to `count`, ten at a time. */
async function fromTenSenders(count: number, send: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: 10 }, sender));
}

it('keeps what a node knows, re-arms its timer and keeps its pods', async () => {
  const name = 'continued-node';
  const edge = Date.now() + 30_000;
  world.stubs.behave(name, {
    reconcileNode: async () => (Date.now() < edge - 50 ? { ...LENT, windowEnd: edge, wakeAt: edge } : { ...LENT, phase: 'Grace', edge }),
  });
  const node = await world.startNode(nodeOf(someBinding(name, EAGER)));
  const pod = somePod();
  await node.signal(podsAssignedSignal, { uid: `uid-of-${name}`, pods: [{ ...pod, created: true }] });
  await world.runs(podId(pod.uid));
  const podRun = await world.runOf(podId(pod.uid));
  await untilContinued(node.workflowId, () => node.signal(nodeChangedSignal, { uid: `uid-of-${name}` }));
  expect(await node.query(leasedNodeStatusQuery)).toMatchObject({ phase: 'Lent', windowEnd: new Date(edge).toISOString() });
  await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).phase).toBe('Grace'));
  const last = world.stubs.calls('reconcileNode', name).at(-1)!;
  expect(last.at).toBeGreaterThanOrEqual(edge - 100);
  expect(last.args[1].phase).toBe('Lent');
  expect(await world.runOf(podId(pod.uid))).toBe(podRun);
});

it('loses none of 300 signals from ten senders', async () => {
  const name = 'burst';
  world.stubs.behave(name, { createPhysicalPod: async () => ({ result: 'gone' }) });
  const node = await world.startNode(nodeOf(someBinding(name, { ...EAGER, continueAfterEvents: 10 })));
  const sent: string[] = [];
  await fromTenSenders(300, async (number) => {
    // Most ask for nothing that takes time, so that runs end in the midst of them.
    const pods = number % 30 === 0 ? [{ ...somePod(`p-${number}`), created: false }] : [];
    sent.push(...pods.map((pod) => pod.uid));
    await node.signal(podsAssignedSignal, { uid: `uid-of-${name}`, pods });
    // The server lets a workflow continue as new once a second.
    await delay(120);
  });
  await eventually(() => {
    const created = world.stubs.calls('createPhysicalPod', name).map(({ args }) => args[0].pod.uid);
    expect(created.sort()).toEqual(sent.sort());
  }, { within: 60_000 });
  const runs = await runsOf(world.client, node.workflowId);
  expect(runs.length).toBeGreaterThan(2);
  const signals = runs.map((events) => census(events).workflowExecutionSignaled ?? 0);
  expect(signals.reduce((sum, count) => sum + count, 0)).toBe(300);
});

it('takes in more signals during one task than the server buffers', async () => {
  const name = 'flood';
  let held = true;
  world.stubs.behave(name, {
    createPhysicalPod: async () => ({ result: 'gone' }),
    reconcileNode: async () => {
      while (held) await new Promise((resolve) => setTimeout(resolve, 20));
      return LENT;
    },
  });
  const node = await world.startNode(nodeOf(someBinding(name)));
  await eventually(() => expect(world.stubs.calls('reconcileNode', name).length).toBeGreaterThanOrEqual(1));
  await fromTenSenders(150, async (number) => {
    const pods = number < 145 ? [] : [{ ...somePod(`p-${number}`), created: false }];
    await node.signal(podsAssignedSignal, { uid: `uid-of-${name}`, pods });
  });
  held = false;
  await eventually(() => expect(world.stubs.calls('createPhysicalPod', name)).toHaveLength(5), { within: 30_000 });
});

it('leaves the children of a binding alone, and hears of them afterwards', async () => {
  const name = 'continued-binding';
  const returned = new Set<string>();
  world.stubs.behave(name, { reconcileNode: async ({ node }) => (returned.has(node) ? RETURNED : LENT) });
  const binding = await world.startBinding(someBinding(name, EAGER));
  const nodes = ['n1', 'n2', 'n3'];
  await binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes, insist: false });
  for (const node of nodes) await world.runs(nodeId(name, node));
  const runs = () => Promise.all(nodes.map((node) => world.runOf(nodeId(name, node))));
  const before = await runs();
  await untilContinued(bindingId(name), () => binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 1 }));
  expect(await runs()).toEqual(before);
  expect(await binding.query(clusterBindingStatusQuery)).toEqual({ phase: 'Ready', nodes, held: [], heldReclaim: null });
  returned.add('n2');
  await world.handle(nodeId(name, 'n2')).signal(nodeChangedSignal, { uid: `uid-of-${name}` });
  await eventually(async () => expect((await binding.query(clusterBindingStatusQuery)).nodes).toEqual(['n1', 'n3']));
});

it('does not leave a repair of a binding behind that is under way', async () => {
  const name = 'mending';
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  world.stubs.behave(name, { repairBinding: () => Promise.race([held, Context.current().cancelled]) });
  const binding = await world.startBinding(someBinding(name, EAGER));
  await binding.executeUpdate(repairUpdate, { args: [{ findings: ['a'] }] });
  await eventually(() => expect(world.stubs.calls('repairBinding', name)).toHaveLength(1));
  const before = await world.runOf(bindingId(name));
  const changed = () => binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 1 });
  // One by one: after each comes a moment without news, in which the run could end.
  for (let looks = 0; looks < EAGER.continueAfterEvents; looks += 2) {
    const { length } = world.stubs.calls('reconcileBinding', name);
    await changed();
    await eventually(() => expect(world.stubs.calls('reconcileBinding', name).length).toBeGreaterThan(length));
  }
  await eventually(async () => expect((await eventsOf(world.client, bindingId(name))).length).toBeGreaterThan(EAGER.continueAfterEvents));
  expect(await world.runOf(bindingId(name))).toBe(before);
  release();
  await untilContinued(bindingId(name), changed);
  expect(world.stubs.calls('repairBinding', name)).toHaveLength(1);
});

it('forgets no order that comes while the children are being started', async () => {
  const rounds = Array.from({ length: 12 }, (_, round) => `order-${round}`);
  await Promise.all(rounds.map(async (name) => {
    const binding = await world.startBinding(someBinding(name, { ...EAGER, continueAfterEvents: 5 }));
    const uid = `uid-of-${name}`;
    for (const node of ['n1', 'n2', 'n3']) void binding.signal(nodesWantedSignal, { uid, nodes: [node], insist: false });
    await binding.signal(pauseSignal);
    await eventually(() => expect(world.stubs.calls('setPaused', name)).toHaveLength(1), { within: 30_000 });
  }));
});

it('keeps the bindings of the manager', async () => {
  const name = 'managed';
  const seen = { name, uid: `uid-of-${name}`, generation: 1 };
  await ensureManager(world.client, 'virtual-cluster', EAGER);
  const manager = world.handle(MANAGER_ID);
  await manager.signal(bindingsSeenSignal, { complete: true, bindings: [seen] });
  await world.runs(bindingId(name));
  const before = await world.runOf(bindingId(name));
  await untilContinued(MANAGER_ID, () => manager.signal(bindingsSeenSignal, { complete: true, bindings: [seen] }));
  expect(await manager.query(managerStatusQuery)).toEqual({ virtualCluster: 'virtual-cluster', bindings: [name] });
  expect(await world.runOf(bindingId(name))).toBe(before);
});
