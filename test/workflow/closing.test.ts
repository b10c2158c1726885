import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { ensureManager } from '../../workers/ensure-manager';
import type { BindingRef } from '../../workflows/contracts/activities';
import { bindingChangedSignal, clusterBindingStatusQuery, nodesWantedSignal } from '../../workflows/contracts/cluster-binding';
import { bindingId, bindingWatchId, MANAGER_ID, nodeId } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery, nodeChangedSignal } from '../../workflows/contracts/leased-node';
import { bindingsSeenSignal } from '../../workflows/contracts/manager';
import { eventually } from '../support/eventually';
import { LENT, RETURNED } from '../support/workflow/stubs';
import { nodeOf, QUIET, someBinding, World } from '../support/workflow/world';

/** Rounds of a race, each with another pause between the two sides. */
const ROUNDS = Array.from({ length: 24 }, (_, round) => round);
/** Rounds that run at the same time; they also jostle each other. */
const LANES = 6;

let world: World;

beforeAll(async () => {
  world = await World.open();
  await ensureManager(world.client, 'virtual-cluster', QUIET);
});

afterAll(() => world.close());

const wants = (name: string, insist = false) => ({ uid: `uid-of-${name}`, nodes: ['n1'], insist });

async function inLanes(race: (round: number) => Promise<void>): Promise<void> {
  const left = [...ROUNDS];
  const lane = async () => {
    for (let round = left.shift(); round !== undefined; round = left.shift()) await race(round);
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
}

async function isLent(node: WorkflowHandle): Promise<void> {
  await eventually(async () => {
    expect((await node.describe()).status.name).toBe('RUNNING');
    expect((await node.query(leasedNodeStatusQuery)).phase).toBe('Lent');
  }, { within: 20_000 });
}

describe('adoption', () => {
  it('tells a running child that it is wanted', async () => {
    const name = 'adopts';
    const node = await world.startNode(nodeOf(someBinding(name)));
    await eventually(() => expect(world.stubs.calls('reconcileNode', name)).toHaveLength(1));
    const { runId } = await node.describe();
    const binding = await world.startBinding(someBinding(name));
    await binding.signal(nodesWantedSignal, wants(name));
    await eventually(() => expect(world.stubs.calls('reconcileNode', name)).toHaveLength(2));
    expect((await node.describe()).runId).toBe(runId);
  });

  it('starts a closed child again', async () => {
    const name = 'restarts';
    world.stubs.behave(name, { reconcileNode: async () => RETURNED });
    const node = await world.startNode(nodeOf(someBinding(name)));
    await node.result();
    world.stubs.behave(name, { reconcileNode: async () => LENT });
    const binding = await world.startBinding(someBinding(name));
    await binding.signal(nodesWantedSignal, wants(name));
    await isLent(node);
    expect((await node.describe()).parentExecution?.workflowId).toBe(bindingId(name));
  });
});

it('a node that is wanted again while it closes is lent again', async () => {
  await inLanes(async (round) => {
    const name = `again-${round}`;
    let wanted = true;
    const lastLook = new Promise<void>((resolve) => {
      world.stubs.behave(name, {
        reconcileNode: async () => {
          if (!wanted) resolve();
          return wanted ? LENT : RETURNED;
        },
      });
    });
    const binding = await world.startBinding(someBinding(name));
    await binding.signal(nodesWantedSignal, wants(name));
    const node = world.handle(nodeId(name, 'n1'));
    await isLent(node);
    wanted = false;
    await node.signal(nodeChangedSignal, { uid: `uid-of-${name}` });
    await lastLook;
    await delay(round);
    wanted = true;
    await binding.signal(nodesWantedSignal, wants(name, round % 2 === 0));
    await eventually(() => expect(world.stubs.calls('reconcileNode', name).length).toBeGreaterThan(1));
    await isLent(node);
    expect(await binding.query(clusterBindingStatusQuery)).toMatchObject({ nodes: ['n1'] });
  });
});

it('a binding that is made again under its name while the old one closes is served', async () => {
  const manager = world.handle(MANAGER_ID);
  await inLanes(async (round) => {
    const name = `anew-${round}`;
    const [first, second] = ['first', 'second'].map((object) => ({ name, uid: `${object}-${name}`, generation: 1 })) as [Seen, Seen];
    let live = first.uid;
    const lastAct = new Promise<void>((resolve) => {
      world.stubs.behave(name, {
        reconcileBinding: async (ref) => passFor(ref, live),
        finishUnbind: async () => {
          resolve();
          return { done: true, nodes: [], reason: 'nothing is left' };
        },
      });
    });
    await manager.signal(bindingsSeenSignal, { complete: false, bindings: [first] });
    await eventually(() => expect(watchedUid(name)).toBe(first.uid), { within: 20_000 });
    live = second.uid;
    await world.handle(bindingId(name)).signal(bindingChangedSignal, { uid: first.uid, generation: 2 });
    await lastAct;
    await delay(round * 2);
    await manager.signal(bindingsSeenSignal, { complete: false, bindings: [second] });
    await eventually(() => expect(watchedUid(name)).toBe(second.uid), { within: 20_000 });
    await world.runs(bindingWatchId(name));
    const { phase } = await world.handle(bindingId(name)).query(clusterBindingStatusQuery);
    expect(phase).toBe('Ready');
  });
});

type Seen = { readonly name: string; readonly uid: string; readonly generation: number };

function passFor({ name, uid }: BindingRef, live: string) {
  const pass = { generation: 1, phase: 'Ready', reason: 'Ready', credentials: '1', clusterId: name } as const;
  return { ...pass, presence: uid === live ? ('live' as const) : ('gone' as const) };
}

/** UID of the binding whose watch was started last. */
function watchedUid(name: string): string | undefined {
  const target = world.stubs.calls('watch', name).at(-1)?.args[0];
  return target?.kind === 'binding' ? target.uid : undefined;
}
