import type { WorkflowHandle } from '@temporalio/client';
import type { NodePass } from '../../workflows/contracts/activities';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../workflows/contracts/common';
import { nodeId, podId } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery, nodeChangedSignal, podsAssignedSignal } from '../../workflows/contracts/leased-node';
import { physicalGoneSignal } from '../../workflows/contracts/virtual-pod';
import { eventually, throughout } from '../support/eventually';
import { census, eventsOf, firstTimerDueAt } from '../support/workflow/histories';
import { LENT, RETURNED } from '../support/workflow/stubs';
import type { Behaviour } from '../support/workflow/stubs';
import { nodeOf, podOf, QUIET, someBinding, somePod, TICKING, World } from '../support/workflow/world';

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

async function startNode(name: string, behaviour: Behaviour = {}, settings = QUIET): Promise<WorkflowHandle> {
  world.stubs.behave(name, behaviour);
  return await world.startNode(nodeOf(someBinding(name, settings)));
}

const looksAt = (name: string) => world.stubs.calls('reconcileNode', name);

async function hasLooked(name: string, times: number): Promise<void> {
  await eventually(() => expect(looksAt(name)).toHaveLength(times));
}

it('looks at a window edge to the moment, and at nothing before', async () => {
  let edge = 0;
  const reconcileNode = async (): Promise<NodePass> => {
    if (edge > 0) return { ...LENT, phase: 'Grace', edge };
    edge = Date.now() + 4_000;
    return { ...LENT, windowEnd: edge, wakeAt: edge };
  };
  const node = await startNode('edge', { reconcileNode });
  await hasLooked('edge', 2);
  expect(looksAt('edge')[1]!.at).toBeGreaterThanOrEqual(edge - 100);
  expect(looksAt('edge')[1]!.at).toBeLessThan(edge + 20_000);
  await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).phase).toBe('Grace'));
  const events = await eventsOf(world.client, node.workflowId);
  // What the server was asked for, as late as the machine was busy between the look and the end of its task.
  expect(firstTimerDueAt(events) - edge).toBeGreaterThan(-100);
  expect(firstTimerDueAt(events) - edge).toBeLessThan(20_000);
  // One timer for the edge and, after it, one for the slow tick.
  expect(census(events)).toMatchObject({ timerStarted: 2, timerFired: 1, workflowTaskCompleted: 2 });
});

it('moves its one timer when the edge moves', async () => {
  const edges = [60_000, 1_500];
  const reconcileNode = async (): Promise<NodePass> => {
    const inMillis = edges.shift();
    return { ...LENT, wakeAt: inMillis === undefined ? null : Date.now() + inMillis };
  };
  const node = await startNode('moved', { reconcileNode });
  await hasLooked('moved', 1);
  await node.signal(nodeChangedSignal, { uid: 'uid-of-moved' });
  await hasLooked('moved', 3);
  const [, second, third] = looksAt('moved');
  expect(third!.at - second!.at).toBeGreaterThan(1_400);
  expect(census(await eventsOf(world.client, node.workflowId))).toMatchObject({ timerCanceled: 1, timerFired: 1 });
});

it('looks at the moment of an edge that comes while it fails, whatever its backoff', async () => {
  let edge = 0;
  const reconcileNode = async (): Promise<NodePass> => {
    if (edge === 0) {
      edge = Date.now() + 8_500;
      return { ...LENT, windowEnd: edge, wakeAt: edge };
    }
    if (Date.now() < edge) throw new Error('the API server is away');
    return { ...LENT, phase: 'Grace', edge };
  };
  const node = await startNode('failing-edge', { reconcileNode });
  await hasLooked('failing-edge', 1);
  await node.signal(nodeChangedSignal, { uid: 'uid-of-failing-edge' });
  // Attempts come after 0, 0, 1, 3, 7 and, but for the edge, 15 seconds.
  await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).phase).toBe('Grace'), { within: 20_000 });
  expect(looksAt('failing-edge').at(-1)).toMatchObject({ local: true });
});

it('is returned with grace when it is cancelled, and tells its binding so', async () => {
  let passes = 0;
  const reconcileNode: Behaviour['reconcileNode'] = async (_, { cancelled }) => {
    if (!cancelled) return LENT;
    passes += 1;
    return passes < 3 ? { ...LENT, phase: 'Returning', wakeAt: Date.now() + 200 } : RETURNED;
  };
  const node = await startNode('cancelled', { reconcileNode });
  await hasLooked('cancelled', 1);
  await node.cancel();
  await node.result();
  expect((await node.describe()).status.name).toBe('COMPLETED');
  expect(looksAt('cancelled').map(({ args }) => args[1].cancelled)).toEqual([false, true, true, true]);
});

it('hands the moment of forceReclaim on until the node is lent again', async () => {
  const phases: NodePass['phase'][] = ['Grace', 'Forced', 'Lent', 'Lent'];
  const reconcileNode = async (): Promise<NodePass> => ({ ...LENT, phase: phases.shift() ?? 'Lent' });
  const node = await startNode('forced', { reconcileNode });
  await hasLooked('forced', 1);
  const before = Date.now();
  await node.signal(forceReclaimSignal);
  await hasLooked('forced', 2);
  await node.signal(nodeChangedSignal, { uid: 'uid-of-forced' });
  await hasLooked('forced', 3);
  await node.signal(nodeChangedSignal, { uid: 'uid-of-forced' });
  await hasLooked('forced', 4);
  const forced = looksAt('forced').map(({ args }) => args[1].forcedAt);
  expect(forced).toEqual([null, expect.any(Number), forced[1], null]);
  // The time of a workflow is that of its server, in whole milliseconds.
  expect(forced[1]).toBeGreaterThanOrEqual(before - 1);
  expect(forced[1]).toBeLessThanOrEqual(looksAt('forced')[1]!.at);
});

it('can be paused and resumed by itself', async () => {
  const node = await startNode('paused');
  await node.signal(pauseSignal);
  await eventually(() => expect(world.stubs.calls('setPaused', 'paused')).toHaveLength(1));
  await node.signal(resumeSignal);
  await eventually(() => expect(world.stubs.calls('setPaused', 'paused')).toHaveLength(2));
  const ref = { name: 'paused', uid: 'uid-of-paused' };
  expect(world.stubs.calls('setPaused', 'paused').map(({ args }) => args)).toEqual([[ref, 'n1', true], [ref, 'n1', false]]);
});

it('gives forceReclaim its turn while a look keeps failing', async () => {
  let broken = true;
  const reconcileNode: Behaviour['reconcileNode'] = async () => {
    if (broken) throw new Error('the API server does not answer');
    return LENT;
  };
  const node = await startNode('failing', { reconcileNode });
  await eventually(() => expect(looksAt('failing').length).toBeGreaterThanOrEqual(2));
  broken = false;
  await node.signal(forceReclaimSignal);
  await eventually(() => expect(looksAt('failing').at(-1)!.args[1].forcedAt).toEqual(expect.any(Number)));
});

describe('pods', () => {
  it('have one workflow each, however often they are reported', async () => {
    const node = await startNode('pods');
    const pods = [somePod('a'), somePod('b')].map((pod) => ({ ...pod, created: true }));
    await node.signal(podsAssignedSignal, { uid: 'uid-of-pods', pods });
    await node.signal(podsAssignedSignal, { uid: 'uid-of-pods', pods: [...pods, { ...somePod('c', 'c'), created: false }] });
    await eventually(() => expect(world.stubs.calls('createPhysicalPod', 'pods')).toHaveLength(1));
    for (const { uid } of pods) await world.runs(podId(uid));
    await eventually(async () => expect(census(await eventsOf(world.client, node.workflowId)).childWorkflowExecutionStarted).toBe(3));
  });

  it('that have come and gone are not given a second workflow', async () => {
    const pod = somePod();
    const node = await startNode('came-and-went');
    const handle = await world.startPod(podOf(someBinding('came-and-went'), pod));
    await handle.signal(physicalGoneSignal, { verify: false });
    await handle.result();
    await node.signal(podsAssignedSignal, { uid: 'uid-of-came-and-went', pods: [{ ...pod, created: true }] });
    await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).pods).toBe(1));
    expect(await world.statusOf(podId(pod.uid))).toBe('COMPLETED');
  });

  it('are reviewed on resync: missing workflows start, stray ones are told', async () => {
    const [missing, stray] = [somePod('missing'), somePod('stray')];
    const node = await startNode('review', { reviewPods: async () => ({ missing: [missing], stray: [stray.uid] }) });
    const told = await world.startPod(podOf(someBinding('review'), stray));
    await node.signal(resyncSignal);
    await told.result();
    expect(world.stubs.calls('settlePod', 'review').map(({ args }) => args[1])).toEqual([{ verify: true }]);
    await eventually(async () => expect(await world.statusOf(podId(missing.uid))).toBe('RUNNING'));
    await eventually(() => expect(world.stubs.calls('createPhysicalPod', 'review').map(({ args }) => args[0].pod)).toEqual([missing]));
  });

  it('are reviewed at each tick as long as there are any: a node without costs nothing', async () => {
    let pods = 1;
    const node = await startNode('emptied', { reviewPods: async () => ({ missing: [], stray: [], pods }) }, TICKING);
    const reviews = () => world.stubs.calls('reviewPods', 'emptied').length;
    await eventually(() => expect(reviews()).toBeGreaterThanOrEqual(2));
    pods = 0;
    const idle = await eventually(async () => {
      const before = reviews();
      await throughout(() => expect(reviews()).toBe(before), 2.5 * TICKING.tickMillis, 500);
      return before;
    });
    pods = 1;
    await node.signal(podsAssignedSignal, { uid: 'uid-of-emptied', pods: [{ ...somePod(), created: true }] });
    await eventually(() => expect(reviews()).toBeGreaterThan(idle + 1));
  });

  it('are not looked for where the first look found none, as on a node that was lent just now', async () => {
    await startNode('never-any', { reconcileNode: async () => ({ ...LENT, podsToReview: false }) }, TICKING);
    await hasLooked('never-any', 1);
    const reviews = () => world.stubs.calls('reviewPods', 'never-any').length;
    await throughout(() => expect(reviews()).toBe(0), 2.5 * TICKING.tickMillis, 500);
    const events = await eventsOf(world.client, nodeId('never-any', 'n1'));
    expect(census(events).timerStarted ?? 0).toBe(0);
  });

  it.each([
    { name: 'there', how: 'the first look finds', podsToReview: true },
    { name: 'untold', how: 'no look has counted', podsToReview: undefined },
  ])('are reviewed at the first tick where $how them: their workflows may have been terminated with that of the node', async ({ name, podsToReview }) => {
    await startNode(name, { reconcileNode: async () => ({ ...LENT, pods: 1, podsToReview }) }, TICKING);
    await eventually(() => expect(world.stubs.calls('reviewPods', name).length).toBeGreaterThanOrEqual(2));
  });

  it('are reviewed when somebody asks, and at each tick when one has come, though a look behind its time finds none', async () => {
    let found = 0;
    const node = await startNode('behind', {
      reconcileNode: async () => ({ ...LENT, podsToReview: false }),
      reviewPods: async () => ({ missing: [], stray: [], pods: found }),
    }, TICKING);
    await hasLooked('behind', 1);
    await node.signal(resyncSignal);
    await eventually(() => expect(world.stubs.calls('reviewPods', 'behind')).toHaveLength(1));
    found = 1;
    await node.signal(podsAssignedSignal, { uid: 'uid-of-behind', pods: [{ ...somePod(), created: true }] });
    await node.signal(nodeChangedSignal, { uid: 'uid-of-behind' });
    await eventually(() => expect(world.stubs.calls('reviewPods', 'behind').length).toBeGreaterThanOrEqual(3));
  });

  it('that are assigned while the node closes are started all the same', async () => {
    const pod = somePod();
    let returned: () => void = () => undefined;
    const reconcileNode: Behaviour['reconcileNode'] = () => new Promise((resolve) => (returned = () => resolve(RETURNED)));
    const node = await startNode('late-pod', { reconcileNode });
    await hasLooked('late-pod', 1);
    await node.signal(podsAssignedSignal, { uid: 'uid-of-late-pod', pods: [{ ...pod, created: true }] });
    returned();
    await node.result();
    expect(await world.statusOf(podId(pod.uid))).toBe('RUNNING');
  });
});

it('does nothing between two edges', async () => {
  const node = await startNode('idle', { reconcileNode: async () => ({ ...LENT, wakeAt: Date.now() + 3_600_000 }) });
  await hasLooked('idle', 1);
  await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).phase).toBe('Lent'));
  await eventually(async () => {
    const length = (await eventsOf(world.client, nodeId('idle', 'n1'))).length;
    await throughout(async () => expect(await eventsOf(world.client, nodeId('idle', 'n1'))).toHaveLength(length), 1_500, 500);
  });
});
