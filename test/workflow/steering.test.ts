import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { LeaseOverride, LeaseTerms } from '../../domain/override';
import type { NodePass } from '../../workflows/contracts/activities';
import { clusterBindingStatusQuery, nodesWantedSignal, reclaimHeldSignal } from '../../workflows/contracts/cluster-binding';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../workflows/contracts/common';
import { nodeId } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery, nodeChangedSignal, reviewPodsSignal } from '../../workflows/contracts/leased-node';
import {
  confirmReclaimUpdate,
  extendLeaseUpdate,
  leasePlanQuery,
  reclaimUpdate,
  returnLeaseUpdate,
  shortenLeaseUpdate,
} from '../../workflows/contracts/steering';
import { eventually } from '../support/eventually';
import { census, eventsOf } from '../support/workflow/histories';
import { LENT } from '../support/workflow/stubs';
import type { Behaviour } from '../support/workflow/stubs';
import { nodeOf, QUIET, someBinding, World } from '../support/workflow/world';

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

const HOUR = 3_600_000;
const closesAt = Math.ceil(Date.now() / 1_000) * 1_000 + HOUR;
const opensAt = closesAt + HOUR;
const iso = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');

const terms: LeaseTerms = {
  policy: 'nights',
  open: true,
  closedAt: null,
  edges: [
    { at: closesAt, opens: false },
    { at: opensAt, opens: true },
  ],
  maxExtensionSeconds: 600,
  forceReclaim: true,
  graceSeconds: 60,
  reclaimBefore: false,
};

/** A pass as the activity answers it while the window is open: what was asked for stays asked for. */
const lent: NonNullable<Behaviour['reconcileNode']> = async (_, { override }) => ({
  ...LENT,
  windowEnd: closesAt,
  wakeAt: closesAt,
  override,
  terms,
});

async function startNode(name: string, behaviour: Behaviour = {}, settings = QUIET): Promise<WorkflowHandle> {
  world.stubs.behave(name, { reconcileNode: lent, ...behaviour });
  const handle = await world.startNode(nodeOf(someBinding(name, settings)));
  await eventually(async () => expect((await handle.query(leasedNodeStatusQuery)).phase).not.toBe('Starting'));
  return handle;
}

const looksAt = (name: string) => world.stubs.calls('reconcileNode', name);
const lastOrder = (name: string) => looksAt(name).at(-1)!.args[1];
const notesOf = (name: string) => world.stubs.calls('recordSteering', name).flatMap(({ args }) => args[2]);

describe('an update', () => {
  it('is answered at once, put in force by the next pass, and told in an event', async () => {
    const node = await startNode('extended');
    const until = iso(closesAt + 600_000);
    const answer = await node.executeUpdate(extendLeaseUpdate, { args: [{ until, by: 'ana', reason: 'night build' }] });
    expect(answer).toEqual({ granted: true, until, evictedFrom: iso(closesAt + 660_000) });
    const asked = { kind: 'extend', until: closesAt + 600_000, expires: null, by: 'ana', reason: 'night build', at: expect.any(Number) };
    await eventually(() => expect(lastOrder('extended').override).toEqual(asked));
    await eventually(() =>
      expect(notesOf('extended')).toEqual([
        { reason: 'LeaseExtended', message: `The lease is extended until ${until}, asked for by ana: night build` },
      ]),
    );
    expect(world.stubs.calls('recordSteering', 'extended')[0]!.args.slice(0, 2)).toEqual([{ name: 'extended', uid: 'uid-of-extended' }, 'n1']);
  });

  it('that is refused is an answer and changes nothing', async () => {
    const node = await startNode('refused');
    const looks = looksAt('refused').length;
    const answer = await node.executeUpdate(extendLeaseUpdate, { args: [iso(closesAt + 601_000)] });
    expect(answer).toEqual({ granted: false, why: expect.stringContaining('spec.maxExtensionSeconds of ResourceLeasingPolicy nights') });
    await node.signal(nodeChangedSignal, { uid: 'uid-of-refused' });
    await eventually(() => expect(looksAt('refused')).toHaveLength(looks + 1));
    expect(lastOrder('refused').override).toBeNull();
    expect(notesOf('refused')).toEqual([]);
  });

  it('takes who and why as a second argument too, as the command lines send them', async () => {
    const node = await startNode('two-arguments');
    const until = iso(closesAt - 600_000);
    const answer = await node.executeUpdate(shortenLeaseUpdate, { args: [until, { by: 'ben' }] });
    expect(answer).toMatchObject({ granted: true, until });
    await eventually(() => expect(lastOrder('two-arguments').override).toMatchObject({ kind: 'shorten', by: 'ben', expires: opensAt }));
    await eventually(() => expect(notesOf('two-arguments')[0]!.message).toBe(`The lease is shortened to ${until}, asked for by ben.`));
  });

  it('is answered before any pass has succeeded, and while passes fail', async () => {
    world.stubs.behave('broken', { reconcileNode: () => Promise.reject(new Error('the API server does not answer')) });
    const node = await world.startNode(nodeOf(someBinding('broken')));
    expect(await node.executeUpdate('returnLease')).toEqual({ granted: false, why: expect.stringContaining('not lent yet') });
  });

  it('returns the node for the rest of the window', async () => {
    const node = await startNode('returned');
    const answer = await node.executeUpdate(returnLeaseUpdate, { args: [{ reason: 'done early' }] });
    if (!answer.granted) throw new Error(answer.why);
    expect(Date.parse(answer.evictedFrom!) - Date.parse(answer.until)).toBe(60_000);
    await eventually(() => expect(lastOrder('returned').override).toMatchObject({ kind: 'return', expires: opensAt }));
    await eventually(() => expect(notesOf('returned')[0]!.reason).toBe('LeaseReturned'));
  });

  it('reclaims with the grace that the lender gives', async () => {
    const node = await startNode('reclaimed');
    const answer = await node.executeUpdate(reclaimUpdate, { args: [{ graceSeconds: 5, by: 'owner', reason: 'maintenance' }] });
    if (!answer.granted) throw new Error(answer.why);
    expect(Date.parse(answer.evictedFrom!) - Date.parse(answer.until)).toBe(5_000);
    await eventually(() => expect(lastOrder('reclaimed').override).toMatchObject({ kind: 'reclaim', graceSeconds: 5 }));
    const message = `The lease is taken back with a grace of 5 s at ${answer.until}, asked for by owner: maintenance`;
    await eventually(() => expect(notesOf('reclaimed')[0]).toEqual({ reason: 'ReclaimRequested', message }));
  });

  it('reclaims a node that is being returned for good, too', async () => {
    const reconcileNode = async (): Promise<NodePass> => ({ ...LENT, phase: 'Returning' });
    const node = await startNode('returning', { reconcileNode });
    expect(await node.executeUpdate(reclaimUpdate, { args: [{ graceSeconds: 7 }] })).toMatchObject({ granted: true });
    await eventually(() => expect(lastOrder('returning').override).toMatchObject({ kind: 'reclaim', graceSeconds: 7, expires: null }));
  });

  it.each<[string, unknown[], string]>([
    ['extendLease', [], 'until'],
    ['extendLease', ['tomorrow'], 'until'],
    ['extendLease', [{ until: '2026-11-21T08:00:00' }], 'until'],
    ['extendLease', [{ until: iso(closesAt), by: 7 }], 'by'],
    ['shortenLease', [{ untl: iso(closesAt) }], 'until'],
    ['shortenLease', [iso(closesAt), 'ana'], 'asked'],
    ['returnLease', [{ reason: 'x'.repeat(501) }], 'reason'],
    ['reclaim', [], 'graceSeconds'],
    ['reclaim', [{ graceSeconds: -1 }], 'graceSeconds'],
    ['reclaim', [{ graceSeconds: '5' }], 'graceSeconds'],
    ['reclaim', [{ graceSeconds: 5, reason: {} }], 'reason'],
  ])('%s with %j is rejected, naming the field', async (name, args, field) => {
    const binding = 'malformed';
    if (looksAt(binding).length === 0) await startNode(binding);
    const handle = world.handle(`node/${binding}/n1`);
    const rejection = await handle.executeUpdate(name, { args: args as [] }).catch((error: unknown) => error);
    expect(rejection).toBeInstanceOf(WorkflowUpdateFailedError);
    expect((rejection as WorkflowUpdateFailedError).cause?.message).toMatch(new RegExp(`^${field}: `));
    expect(census(await eventsOf(world.client, handle.workflowId)).workflowExecutionUpdateAccepted).toBeUndefined();
  });

  it('that comes while a pass runs is not undone by what the pass found', async () => {
    let finish: () => void = () => undefined;
    let passes = 0;
    const reconcileNode: Behaviour['reconcileNode'] = async (ref, orders) => {
      passes += 1;
      if (passes === 2) await new Promise<void>((resolve) => (finish = resolve));
      return await lent(ref, orders);
    };
    const node = await startNode('overtaken', { reconcileNode });
    await node.signal(nodeChangedSignal, { uid: 'uid-of-overtaken' });
    await eventually(() => expect(passes).toBe(2));
    const until = iso(closesAt - 60_000);
    await node.executeUpdate(shortenLeaseUpdate, { args: [until] });
    finish();
    await eventually(() => expect(lastOrder('overtaken').override).toMatchObject({ kind: 'shorten' }));
    await eventually(async () => expect((await node.query(leasePlanQuery)).override).toMatchObject({ kind: 'shorten', until }));
  });
});

describe('what was asked of a lease', () => {
  it('is taken over from the vnode by a workflow that remembers nothing', async () => {
    const override: LeaseOverride = { kind: 'shorten', until: closesAt - 60_000, expires: opensAt, at: closesAt - 2 * HOUR };
    const node = await startNode('taken-over', { reconcileNode: async () => ({ ...LENT, override, terms }) });
    await node.signal(nodeChangedSignal, { uid: 'uid-of-taken-over' });
    await eventually(() => expect(lastOrder('taken-over').override).toEqual(override));
    expect((await node.query(leasePlanQuery)).leaseEndsAt).toBe(iso(override.until));
  });

  it('is forgotten when an extension takes it back, and so is the annotation that still tells of it', async () => {
    const node = await startNode('taken-back');
    await node.executeUpdate(shortenLeaseUpdate, { args: [iso(closesAt - 60_000)] });
    await eventually(() => expect(lastOrder('taken-back').override).toMatchObject({ kind: 'shorten' }));
    const { at } = lastOrder('taken-back').override!;
    expect(await node.executeUpdate(extendLeaseUpdate, { args: [iso(closesAt)] })).toMatchObject({ granted: true });
    await eventually(() => expect(lastOrder('taken-back')).toMatchObject({ override: null, endedOverrideAt: at }));
  });

  it('without an end of its own ends with a resync, and only with one that somebody asked for', async () => {
    const endless: LeaseTerms = { ...terms, edges: [] };
    const node = await startNode('endless', { reconcileNode: async (_, { override }) => ({ ...LENT, override, terms: endless }) });
    await node.executeUpdate('returnLease');
    await node.signal(reviewPodsSignal);
    await eventually(() => expect(lastOrder('endless').override).toMatchObject({ kind: 'return', expires: null }));
    await node.signal(resyncSignal, { by: 'ana' });
    await eventually(() => expect(lastOrder('endless').override).toBeNull());
    await eventually(() => expect(notesOf('endless').map(({ reason }) => reason)).toEqual(['LeaseReturned', 'ResyncRequested', 'LeaseOverrideEnded']));
  });

  it('with an end survives a resync', async () => {
    const node = await startNode('resynced');
    await node.executeUpdate('returnLease');
    await node.signal(resyncSignal);
    await eventually(() => expect(notesOf('resynced').map(({ reason }) => reason)).toEqual(['LeaseReturned', 'ResyncRequested']));
    await eventually(() => expect(lastOrder('resynced').override).toMatchObject({ kind: 'return' }));
  });

  it('is carried over into the next run', async () => {
    const node = await startNode('carried', {}, { ...QUIET, continueAfterEvents: 5 });
    const first = await world.runOf(node.workflowId);
    await node.executeUpdate(shortenLeaseUpdate, { args: [iso(closesAt - 60_000)] });
    await eventually(async () => expect(await world.runOf(node.workflowId)).not.toBe(first));
    const latest = world.handle(node.workflowId);
    await eventually(async () => expect((await latest.query(leasePlanQuery)).override).toMatchObject({ kind: 'shorten' }));
    expect(await latest.executeUpdate(extendLeaseUpdate, { args: [iso(closesAt)] })).toMatchObject({ granted: true });
  });
});

it('plans the edges ahead from what the last pass found', async () => {
  const node = await startNode('planned');
  expect(await node.query(leasePlanQuery)).toEqual({
    phase: 'Lent',
    leaseEndsAt: iso(closesAt),
    override: null,
    policy: 'nights',
    edges: [
      { at: iso(closesAt), opens: false },
      { at: iso(opensAt), opens: true },
    ],
  });
});

it('tells in its status all that a person would ask', async () => {
  const node = await startNode('status');
  await node.executeUpdate(shortenLeaseUpdate, { args: [iso(closesAt - 60_000), { by: 'ana' }] });
  await eventually(async () =>
    expect(await node.query(leasedNodeStatusQuery)).toEqual({
      phase: 'Lent',
      reason: 'InWindow',
      windowEnd: iso(closesAt),
      wakesAt: iso(closesAt),
      reclaimSince: null,
      deadline: null,
      stuck: false,
      forcedAt: null,
      pods: 0,
      override: { kind: 'shorten', until: iso(closesAt - 60_000), expires: iso(opensAt), by: 'ana', at: expect.any(String) },
    }),
  );
});

it('tells of every signal who sent it and why', async () => {
  const node = await startNode('signalled');
  await node.signal(pauseSignal, { by: 'ana', reason: 'upgrade' });
  await node.signal(resumeSignal, { by: 'ana' });
  await node.signal(forceReclaimSignal);
  await node.signal(resyncSignal, { by: 7, reason: 'x'.repeat(900) } as never);
  await eventually(() =>
    expect(notesOf('signalled')).toEqual([
      { reason: 'Paused', message: 'Paused: no creates and no new drains, asked for by ana: upgrade' },
      { reason: 'Resumed', message: 'The pause is over, asked for by ana.' },
      { reason: 'ForceReclaimRequested', message: 'What is left of the grace period of a reclaim is skipped.' },
      { reason: 'ResyncRequested', message: `The node and its pods are compared: ${'x'.repeat(500)}` },
    ]),
  );
});

describe('a binding', () => {
  const startBinding = async (name: string) => {
    const handle = await world.startBinding(someBinding(name));
    await eventually(async () => expect((await handle.query(clusterBindingStatusQuery)).phase).toBe('Ready'));
    return handle;
  };
  const held = { hash: 'abc', nodes: 7 };

  it('confirms exactly what is held, and passes on which', async () => {
    const binding = await startBinding('confirmed');
    expect(await binding.executeUpdate(confirmReclaimUpdate, { args: [{}] })).toEqual({ granted: false, why: 'No edit is held.' });
    await binding.signal(reclaimHeldSignal, { uid: 'uid-of-confirmed', held });
    expect((await binding.query(clusterBindingStatusQuery)).heldReclaim).toEqual(held);
    const wrong = await binding.executeUpdate(confirmReclaimUpdate, { args: [{ hash: 'xyz' }] });
    expect(wrong).toEqual({ granted: false, why: expect.stringContaining('abc') });
    expect(world.stubs.calls('confirmReclaim', 'confirmed')).toEqual([]);
    expect(await binding.executeUpdate(confirmReclaimUpdate, { args: [{ by: 'ana', reason: 'moving out' }] })).toEqual({ granted: true, ...held });
    await eventually(() => expect(world.stubs.calls('confirmReclaim', 'confirmed').map(({ args }) => args[1])).toEqual(['abc']));
    await eventually(() =>
      expect(notesOf('confirmed')).toEqual([
        { reason: 'ReclaimConfirmed', message: 'The edit abc, which reclaims 7 nodes, is confirmed, asked for by ana: moving out' },
      ]),
    );
    await binding.signal(reclaimHeldSignal, { uid: 'uid-of-confirmed', held: null });
    expect((await binding.query(clusterBindingStatusQuery)).heldReclaim).toBeNull();
  });

  it('rejects a confirmation of something that is no hash', async () => {
    const binding = await startBinding('unconfirmed');
    const rejection = await binding.executeUpdate('confirmReclaim', { args: [{ hash: 5 }] as never }).catch((error: unknown) => error);
    expect((rejection as WorkflowUpdateFailedError).cause?.message).toBe('hash: must be a string');
  });

  it('tells of every signal who sent it and why, and its nodes of a forced reclaim', async () => {
    world.stubs.behave('asked', { reconcileNode: lent });
    const binding = await startBinding('asked');
    await binding.signal(nodesWantedSignal, { uid: 'uid-of-asked', nodes: ['n1'], insist: false });
    // The visibility store, by which the nodes are found, lags by a moment.
    await eventually(async () => expect(await world.openWorkflows({ type: 'leasedNode', binding: 'asked' })).toEqual([nodeId('asked', 'n1')]));
    await binding.signal(pauseSignal, { by: 'ana' });
    await binding.signal(forceReclaimSignal, { by: 'owner', reason: 'fire' });
    await eventually(() => {
      const notes = world.stubs.calls('recordSteering', 'asked').flatMap(({ args }) => args[2].map(({ reason }) => [args[1], reason]));
      expect(notes.sort()).toEqual([[null, 'ForceReclaimRequested'], [null, 'Paused'], ['n1', 'ForceReclaimRequested']]);
    });
    expect(notesOf('asked').filter(({ message }) => message.endsWith('asked for by owner: fire'))).toHaveLength(2);
  });
});
