import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import type { BindingPass, UnbindPass } from '../../workflows/contracts/activities';
import {
  bindingChangedSignal,
  clusterBindingStatusQuery,
  nodesWantedSignal,
  reachabilitySignal,
} from '../../workflows/contracts/cluster-binding';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../workflows/contracts/common';
import { bindingWatchId, MANAGER_ID, nodeId } from '../../workflows/contracts/ids';
import { nodeChangedSignal } from '../../workflows/contracts/leased-node';
import { managerStatusQuery, bindingsSeenSignal } from '../../workflows/contracts/manager';
import { repairUpdate } from '../../workflows/contracts/steering';
import type { RepairRequest } from '../../workflows/contracts/steering';
import { ensureManager } from '../../workers/ensure-manager';
import { eventually } from '../support/eventually';
import { eventsOf, localActivityOf, timersOf, typeOf, type HistoryEvent } from '../support/workflow/histories';
import { LENT, RETURNED } from '../support/workflow/stubs';
import type { Behaviour } from '../support/workflow/stubs';
import { QUIET, someBinding, TICKING, World } from '../support/workflow/world';

const READY: BindingPass = { presence: 'live', generation: 1, phase: 'Ready', reason: 'Ready', credentials: '1', clusterId: 'c' };
/** A node goes back when it is told that something changed, as when its binding is being deleted. */
const returnsOnceToldTwice = (): Behaviour['reconcileNode'] => {
  const looks = new Map<string, number>();
  return async ({ node }) => {
    looks.set(node, (looks.get(node) ?? 0) + 1);
    return looks.get(node)! > 1 ? RETURNED : LENT;
  };
};
const returnsWhenCancelled: Behaviour['reconcileNode'] = async (_, { cancelled }) => (cancelled ? RETURNED : LENT);

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

async function startBinding(name: string, behaviour: Behaviour = {}, settings = QUIET): Promise<WorkflowHandle> {
  world.stubs.behave(name, behaviour);
  return await world.startBinding(someBinding(name, settings));
}

async function lend(binding: WorkflowHandle, name: string, nodes: string[]): Promise<void> {
  await binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes, insist: false });
  for (const node of nodes) await eventually(() => expect(looksAt(name, node).length).toBeGreaterThanOrEqual(1));
}

const looksAt = (name: string, node: string) => world.stubs.calls('reconcileNode', name).filter(({ args }) => args[0].node === node);

async function shows(binding: WorkflowHandle, expected: object): Promise<void> {
  await eventually(async () => expect(await binding.query(clusterBindingStatusQuery)).toMatchObject(expected));
}

describe('unbind', () => {
  it('waits for the nodes, cleans up until nothing is left, ends the watch and tells the manager', async () => {
    const name = 'unbind';
    await ensureManager(world.client, 'virtual-cluster', QUIET);
    let presence: BindingPass['presence'] = 'live';
    const left: UnbindPass[] = [{ done: false, nodes: [], reason: '1 pods are still stopping' }];
    world.stubs.behave(name, {
      reconcileBinding: async () => ({ ...READY, presence }),
      reconcileNode: returnsOnceToldTwice(),
      finishUnbind: async () => left.shift() ?? { done: true, nodes: [], reason: 'nothing is left' },
    });
    const manager = world.handle(MANAGER_ID);
    await manager.signal(bindingsSeenSignal, { complete: true, bindings: [{ name, uid: `uid-of-${name}`, generation: 1 }] });
    const binding = world.handle(`binding/${name}`);
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('RUNNING'));
    await lend(binding, name, ['n1', 'n2']);

    presence = 'deleting';
    await binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 2 });
    await shows(binding, { phase: 'Unbinding', nodes: ['n1', 'n2'] });
    await world.handle(nodeId(name, 'n1')).signal(nodeChangedSignal, { uid: `uid-of-${name}` });
    await shows(binding, { nodes: ['n2'] });
    expect(world.stubs.calls('finishUnbind', name)).toHaveLength(0);

    await world.handle(nodeId(name, 'n2')).signal(nodeChangedSignal, { uid: `uid-of-${name}` });
    await binding.result();
    expect(world.stubs.calls('finishUnbind', name)).toHaveLength(2);
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('COMPLETED'));
    await eventually(async () => expect((await manager.query(managerStatusQuery)).bindings).toEqual([]));
  });

  it.each([
    ['abandoned', { presence: 'deleting', abandoned: true }],
    ['gone although its finalizer should have held it', { presence: 'gone' }],
  ] as const)('of a binding that is %s tells the nodes, which no watch would, until they have closed', async (_, pass) => {
    const name = `detached-${pass.presence}`;
    let detached = false;
    const looks = new Map<string, number>();
    const binding = await startBinding(name, {
      reconcileBinding: async () => ({ ...READY, ...(detached ? pass : {}) }),
      // The first word after the deletion finds a process that does not know of it yet.
      reconcileNode: async ({ node }) => {
        if (detached) looks.set(node, (looks.get(node) ?? 0) + 1);
        return (looks.get(node) ?? 0) > 1 ? RETURNED : LENT;
      },
    });
    await lend(binding, name, ['n1', 'n2']);
    await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: name })).toHaveLength(2));
    detached = true;
    await binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 2 });
    await binding.result();
    for (const node of ['n1', 'n2']) expect(await world.statusOf(nodeId(name, node))).toBe('COMPLETED');
    expect(world.stubs.calls('finishUnbind', name)).not.toHaveLength(0);
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('COMPLETED'));
  });

  describe('of an abandoned cluster', () => {
    const ABANDONED = { presence: 'deleting', abandoned: true } as const;

    /** A binding that is lent two nodes, and the way to abandon it. */
    async function startLent(name: string, behaviour: Behaviour = {}): Promise<{ binding: WorkflowHandle; abandon: () => Promise<void> }> {
      let abandoned = false;
      const binding = await startBinding(name, {
        reconcileBinding: async () => ({ ...READY, ...(abandoned ? ABANDONED : {}) }),
        reconcileNode: async () => (abandoned ? RETURNED : LENT),
        ...behaviour,
      });
      await lend(binding, name, ['n1', 'n2']);
      const abandon = async () => {
        abandoned = true;
        await binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 2 });
      };
      return { binding, abandon };
    }

    it('does not wait for a repair that the silent cluster holds up', async () => {
      const name = 'mending';
      const { binding, abandon } = await startLent(name, { repairBinding: () => Context.current().cancelled });
      await binding.executeUpdate(repairUpdate, { args: [{ findings: ['a'] }] });
      await eventually(() => expect(world.stubs.calls('repairBinding', name)).toHaveLength(1));
      await abandon();
      await binding.result();
      expect(world.stubs.calls('finishUnbind', name)).not.toHaveLength(0);
    });

    it('takes all vnodes away, and lets the binding go, before the nodes are told', async () => {
      const name = 'together';
      const left = [7, 3];
      const { binding, abandon } = await startLent(name, { detachNodes: async () => left.shift() ?? 0 });
      await abandon();
      await binding.result();
      const detached = world.stubs.calls('detachNodes', name).slice(0, 3);
      const [finished] = world.stubs.calls('finishUnbind', name);
      const [told] = world.stubs.calls('tellNodes', name);
      expect([...detached, finished].map((call) => call?.local)).toEqual([true, true, true, true]);
      const inOrder = [...detached, finished, told].map((call) => call?.at ?? NaN);
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
    });

    it('leaves to the nodes what could not be done for all of them together', async () => {
      const name = 'not-together';
      const { binding, abandon } = await startLent(name, { detachNodes: async () => Promise.reject(new Error('no')) });
      await abandon();
      await binding.result();
      for (const node of ['n1', 'n2']) expect(await world.statusOf(nodeId(name, node))).toBe('COMPLETED');
    });

    it('does not wait for a node whose workflow somebody terminated', async () => {
      const name = 'lost-node';
      const { binding, abandon } = await startLent(name);
      await world.handle(nodeId(name, 'n1')).terminate('by hand');
      await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: name })).toEqual([nodeId(name, 'n2')]));
      await abandon();
      await binding.result();
      expect(looksAt(name, 'n1').length).toBeGreaterThan(1);
    });

    it('tells the nodes at once, and not behind all that waits for the silent cluster', async () => {
      const name = 'told-at-once';
      const { binding, abandon } = await startLent(name);
      await abandon();
      await binding.result();
      expect(world.stubs.calls('tellNodes', name)[0]).toMatchObject({ args: [{ name }, 'look'], local: true });
    });
  });

  it('starts a node again that still has a vnode', async () => {
    const name = 'left-over';
    const left: UnbindPass[] = [{ done: false, nodes: ['n7'], reason: '1 virtual nodes are left' }];
    const binding = await startBinding(name, {
      reconcileBinding: async () => ({ ...READY, presence: 'deleting' }),
      reconcileNode: async () => RETURNED,
      finishUnbind: async () => left.shift() ?? { done: true, nodes: [], reason: 'nothing is left' },
    });
    await binding.result();
    expect(looksAt(name, 'n7')).toHaveLength(1);
  });
});

describe('a head start', () => {
  const askedFor = (name: string) => world.stubs.calls('lendNodes', name).map(({ args }) => [...args[1]].sort());

  it('makes the vnodes of new nodes in one go, before their workflows start', async () => {
    const name = 'head-start';
    const binding = await startBinding(name);
    await lend(binding, name, ['n1', 'n2', 'n3']);
    expect(askedFor(name)).toEqual([['n1', 'n2', 'n3']]);
    expect(world.stubs.calls('lendNodes', name)[0]!.at).toBeLessThanOrEqual(looksAt(name, 'n1')[0]!.at);
    await binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes: ['n3', 'n4'], insist: true });
    await eventually(() => expect(looksAt(name, 'n4')).toHaveLength(1));
    expect(askedFor(name).slice(1)).toEqual([['n4']]);
  });

  it('that fails is no reason to wait', async () => {
    const name = 'head-start-fails';
    const binding = await startBinding(name, { lendNodes: async () => Promise.reject(new Error('no')) });
    await lend(binding, name, ['n1']);
    expect(askedFor(name)).toHaveLength(1);
  });

  it('is not for a node that was returned by hand', async () => {
    const name = 'head-start-held';
    const binding = await startBinding(name, { reconcileNode: returnsWhenCancelled });
    await lend(binding, name, ['n1']);
    await world.client.workflow.getHandle(nodeId(name, 'n1')).cancel();
    await shows(binding, { held: ['n1'] });
    await lend(binding, name, ['n2']);
    await binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes: ['n1', 'n3'], insist: true });
    await eventually(() => expect(looksAt(name, 'n3')).toHaveLength(1));
    expect(askedFor(name)).toEqual([['n1'], ['n2'], ['n3']]);
  });
});

describe('cancellation', () => {
  it('of a node returns it, and it stays away until a resync', async () => {
    const name = 'held-node';
    const binding = await startBinding(name, { reconcileNode: returnsWhenCancelled }, TICKING);
    await lend(binding, name, ['n1', 'n2']);
    await world.handle(nodeId(name, 'n1')).cancel();
    await world.handle(nodeId(name, 'n1')).result();
    await shows(binding, { nodes: ['n1', 'n2'], held: ['n1'] });
    await binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes: ['n1'], insist: true });
    const ticks = world.stubs.calls('openWorkflows', name).length;
    await eventually(() => expect(world.stubs.calls('openWorkflows', name).length).toBeGreaterThan(ticks));
    expect(await world.statusOf(nodeId(name, 'n1'))).toBe('COMPLETED');
    await binding.signal(resyncSignal);
    await shows(binding, { held: [] });
    await eventually(async () => expect(await world.statusOf(nodeId(name, 'n1'))).toBe('RUNNING'));
  });

  it('of a binding returns its nodes, leaves the object alone, and holds until a resync of the manager', async () => {
    const name = 'held-binding';
    await ensureManager(world.client, 'virtual-cluster', QUIET);
    world.stubs.behave(name, { reconcileNode: returnsWhenCancelled });
    const manager = world.handle(MANAGER_ID);
    await manager.signal(bindingsSeenSignal, { complete: false, bindings: [{ name, uid: `uid-of-${name}`, generation: 1 }] });
    const binding = world.handle(`binding/${name}`);
    await eventually(async () => expect(await world.statusOf(`binding/${name}`)).toBe('RUNNING'));
    await lend(binding, name, ['n1', 'n2']);
    await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: name })).toHaveLength(2));
    await binding.cancel();
    await binding.result();
    for (const node of ['n1', 'n2']) expect(await world.statusOf(nodeId(name, node))).toBe('COMPLETED');
    expect(world.stubs.calls('finishUnbind', name)).toHaveLength(0);
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('COMPLETED'));
    await manager.signal(bindingsSeenSignal, { complete: true, bindings: [{ name, uid: `uid-of-${name}`, generation: 1 }] });
    await eventually(async () => expect((await manager.query(managerStatusQuery)).bindings).toEqual([name]));
    expect(await world.statusOf(`binding/${name}`)).toBe('COMPLETED');
    await manager.signal(resyncSignal);
    await eventually(async () => expect(await world.statusOf(`binding/${name}`)).toBe('RUNNING'));
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('RUNNING'));
  });

  it('of a binding leaves its watch to run until the last node has closed', async () => {
    const name = 'mirrored-to-the-end';
    let returned = false;
    const binding = await startBinding(name, { reconcileNode: async (_, { cancelled }) => (cancelled && returned ? RETURNED : LENT) });
    await lend(binding, name, ['n1']);
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('RUNNING'));
    await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: name })).toHaveLength(1));
    await binding.cancel();
    await eventually(() => expect(looksAt(name, 'n1').at(-1)!.args[1].cancelled).toBe(true));
    expect(await world.statusOf(bindingWatchId(name))).toBe('RUNNING');
    returned = true;
    await world.handle(nodeId(name, 'n1')).signal(nodeChangedSignal, { uid: `uid-of-${name}` });
    await binding.result();
    await eventually(async () => expect(await world.statusOf(bindingWatchId(name))).toBe('COMPLETED'));
  });

  it('of a binding reaches a node that is wanted at the last moment', async () => {
    const name = 'late-node';
    const binding = await startBinding(name, { reconcileNode: returnsWhenCancelled }, TICKING);
    await lend(binding, name, ['n1']);
    await Promise.all([
      binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes: ['n2'], insist: true }),
      binding.cancel(),
      binding.signal(nodesWantedSignal, { uid: `uid-of-${name}`, nodes: ['n3'], insist: true }),
    ]);
    await binding.result();
    for (const node of ['n1', 'n2', 'n3']) expect(await world.statusOf(nodeId(name, node))).not.toBe('RUNNING');
  });
});

describe('controls', () => {
  it('pause and resume write the annotation of the binding', async () => {
    const name = 'paused';
    const binding = await startBinding(name);
    await binding.signal(pauseSignal);
    await eventually(() => expect(world.stubs.calls('setPaused', name)).toHaveLength(1));
    await binding.signal(resumeSignal);
    await eventually(() => expect(world.stubs.calls('setPaused', name)).toHaveLength(2));
    const ref = { name, uid: `uid-of-${name}` };
    expect(world.stubs.calls('setPaused', name).map(({ args }) => args)).toEqual([[ref, null, true], [ref, null, false]]);
  });

  it('forceReclaim reaches every node', async () => {
    const name = 'forced';
    const binding = await startBinding(name, { reconcileNode: async () => ({ ...LENT, phase: 'Grace' }) });
    await lend(binding, name, ['n1', 'n2']);
    await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: name })).toHaveLength(2));
    await binding.signal(forceReclaimSignal);
    for (const node of ['n1', 'n2']) {
      await eventually(() => expect(looksAt(name, node).at(-1)!.args[1].forcedAt).toEqual(expect.any(Number)));
    }
  });
});

describe('preflight', () => {
  /** Whether a message was answered by a look at the object while a later one was still being waited for, and none was under way. */
  function isAnsweredAtOnce(events: readonly HistoryEvent[]): boolean {
    const story = events.flatMap((event) => {
      const type = typeOf(event);
      if (localActivityOf(event) === 'reconcileBinding') return ['look'];
      return type === 'workflowExecutionSignaled' || type === 'timerStarted' || type === 'timerFired' ? [type] : [];
    });
    return story.join().includes('timerStarted,workflowExecutionSignaled,look');
  }

  it('is repeated with backoff until the binding is Ready, and at once when something changed', async () => {
    const name = 'failed-first';
    let phase: BindingPass['phase'] = 'Failed';
    const binding = await startBinding(name, { reconcileBinding: async () => ({ ...READY, phase, credentials: undefined }) });
    await shows(binding, { phase: 'Failed' });
    const events = () => eventsOf(world.client, binding.workflowId);
    await eventually(async () => expect(timersOf(await events()).slice(0, 3)).toEqual([2_000, 4_000, 8_000]));
    expect(await world.statusOf(bindingWatchId(name))).toBe('ABSENT');
    phase = 'Ready';
    await eventually(async () => {
      // Again where a message happens to come in the moment of a look that was due.
      await binding.signal(bindingChangedSignal, { uid: `uid-of-${name}`, generation: 1 });
      await shows(binding, { phase: 'Ready' });
      expect(isAnsweredAtOnce(await events())).toBe(true);
    });
  });

  it.each([
    { reachable: false, marked: 1, looks: 1 },
    { reachable: true, marked: 0, looks: 2 },
  ])('reachable: $reachable is passed on', async ({ reachable, marked, looks }) => {
    const name = `reachable-${reachable}`;
    const binding = await startBinding(name);
    await shows(binding, { phase: 'Ready' });
    await binding.signal(reachabilitySignal, { uid: `uid-of-${name}`, reachable });
    await eventually(() => expect(world.stubs.calls('markUnreachable', name)).toHaveLength(marked));
    await eventually(() => expect(world.stubs.calls('reconcileBinding', name)).toHaveLength(looks));
  });
});

describe('repair', () => {
  it('mends what it is asked for, compares everything, and says who asked', async () => {
    const name = 'repaired';
    const binding = await startBinding(name);
    await eventually(() => expect(world.stubs.calls('watch', name)).toHaveLength(1));
    const answer = await binding.executeUpdate(repairUpdate, { args: [{ findings: ['a', 'b'], by: 'ana', reason: 'leftovers' }] });
    expect(answer).toEqual({ granted: true, findings: 2 });
    await eventually(() => expect(world.stubs.calls('watch', name)).toHaveLength(2));
    expect(world.stubs.calls('repairBinding', name).map(({ args }) => args)).toEqual([[{ name, uid: `uid-of-${name}` }, ['a', 'b']]]);
    const notes = await eventually(() => world.stubs.calls('recordSteering', name)[0]!.args[2]);
    expect(notes).toEqual([{ reason: 'RepairRequested', message: '2 findings of the audit are to be mended, asked for by ana: leftovers' }]);
  });

  it.each([
    ['nothing', undefined],
    ['no findings', { findings: [] }],
    ['findings that are no ids', { findings: [1] }],
    ['too many', { findings: Array.from({ length: 1_001 }, (_, index) => `${index}`) }],
  ])('refuses %s', async (_name, request) => {
    const binding = await startBinding(`refused-${_name.replaceAll(' ', '-')}`);
    const asked = binding.executeUpdate(repairUpdate, { args: [request as unknown as RepairRequest] });
    await expect(asked).rejects.toMatchObject({ cause: { message: expect.stringContaining('findings: must be a list of 1 to 1000 ids') } });
  });
});
