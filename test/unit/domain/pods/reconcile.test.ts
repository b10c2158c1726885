import { Annotation, Label } from '../../../../api/names/keys';
import { ignoredBecause, reconcilePod, specHash, type PodAction, type PodObject, type PodPair, type ReconcileContext } from '../../../../domain/pods';
import { aPhysicalPod, aPod, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';

const CREATED = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const CONTEXT: ReconcileContext = { ...OWNERSHIP, vnode: 'lent', virtualSynced: true, physicalSynced: true, now: CREATED + MINUTE };

const fresh = aPod();
const copy = aPhysicalPod(fresh.build());
/** Had a copy: the mirror has been here. */
const known = fresh.mirroring(copy.build());
const running = known.phase('Running');
const lostPod = running;
const deleting = running.deleting(30);
const predecessor = aPhysicalPod(aPod().meta({ uid: 'older' }).build());
const stranger = copy.meta({ labels: {}, uid: 'foreign' });
const orphan = copy.meta({ annotations: {} });
const daemon = fresh.ownedBy({ kind: 'DaemonSet', name: 'd' });
const byName = { key: 'kubeocean.io/out-of-time-windows', operator: 'Exists' };
const needy = fresh.spec({ resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] } as object);

type Row = [string, PodBuilder | null, PodBuilder | null, Partial<ReconcileContext & PodPair>, Partial<PodAction>];

function decide(virtual: PodBuilder | null, physical: PodBuilder | null, more: Partial<ReconcileContext & PodPair> = {}) {
  const { physicalGone, forced, ...context } = more;
  const pair = { virtual: virtual?.build() ?? null, physical: physical?.build() ?? null, physicalGone, forced };
  return reconcilePod(pair, Object.freeze({ ...CONTEXT, ...context }));
}

const check = (rows: Row[]) =>
  it.each(rows)('%s', (...[, virtual, physical, more, expected]) => {
    expect(decide(virtual, physical, more).action).toMatchObject(expected);
  });

describe('a virtual pod that never had a copy', () => {
  check([
    ['is admitted on a lent vnode', fresh, null, {}, { kind: 'admit' }],
    ['is left alone while unbound', fresh.unbound(), null, {}, { kind: 'none', because: 'unbound' }],
    ['is left alone elsewhere', fresh, null, { vnode: 'foreign' }, { kind: 'none', because: 'notOurs' }],
    ['waits on a reclaimed vnode', fresh, null, { vnode: 'reclaimed' }, { kind: 'none', because: 'reclaimed' }],
    ['waits there though it tolerates everything', fresh.tolerating({ operator: 'Exists' }), null, { vnode: 'reclaimed' }, { kind: 'none', because: 'reclaimed' }],
    ['waits there if it tolerates that for a while', fresh.tolerating({ ...byName, tolerationSeconds: 60 }), null, { vnode: 'reclaimed' }, { kind: 'none', because: 'reclaimed' }],
    ['is admitted there if it tolerates that by name', fresh.tolerating(byName), null, { vnode: 'reclaimed' }, { kind: 'admit' }],
    ['unless its policy lets nobody stay', fresh.tolerating(byName), null, { vnode: 'emptied' }, { kind: 'none', because: 'reclaimed' }],
    ['waits while paused', fresh, null, { vnode: 'paused' }, { kind: 'none', because: 'paused' }],
    ['is turned away from a closing vnode', fresh, null, { vnode: 'closing' }, { kind: 'turnAway', virtualUid: 'web-uid', verify: true, report: { type: 'Warning', reason: 'NodeClosing', message: expect.stringContaining('vnode-east-n1') } }],
    ['waits until V is synced', fresh, null, { virtualSynced: false }, { kind: 'none', because: 'unsynced' }],
    ['waits until P is synced', fresh, null, { physicalSynced: false }, { kind: 'none', because: 'unsynced' }],
    ['waits for what it needs', needy, null, {}, { kind: 'waitDependency', needs: [{ kind: 'ResourceClaim', name: 'x', field: 'spec.resourceClaims[0]', why: expect.stringContaining('not carried over') as string }], report: { type: 'Warning', reason: 'WaitingForDependency', message: expect.stringContaining('ResourceClaim x') } }],
    ['is turned away whatever it needs', needy, null, { vnode: 'closing' }, { kind: 'turnAway' }],
    ['is nothing when ended', fresh.phase('Succeeded'), null, {}, { kind: 'none', because: 'terminal' }],
  ]);
});

describe('ignored pods', () => {
  check([
    ['of a system namespace', aPod('p', 'kube-system'), null, {}, { kind: 'ignored', because: 'SystemNamespace' }],
    ['of a DaemonSet', daemon, null, {}, { kind: 'ignored', because: 'DaemonSet' }],
    ['placeholders', fresh.labelled({ [Label.HostPortFakePod]: 'true' }), null, {}, { kind: 'ignored', because: 'HostPortPlaceholder' }],
    ['also on a closing vnode', daemon, null, { vnode: 'closing' }, { kind: 'ignored' }],
    ['not with the opt-in of the binding', daemon, null, { runningDaemonsetByDefault: true }, { kind: 'admit' }],
    ['go when deleted, without a question to P', daemon.deleting(), null, { physicalSynced: false }, { kind: 'finalize', verify: false }],
    ['but not elsewhere', daemon.deleting(), null, { vnode: 'foreign' }, { kind: 'none', because: 'notOurs' }],
    ['with a copy from before are mirrored and deleted like others', daemon.deleting(), aPhysicalPod(daemon.build()), {}, { kind: 'delete' }],
  ]);

  it.each<[string, PodBuilder, boolean | undefined, string | null]>([
    ['an ordinary pod', fresh, undefined, null],
    ['a DaemonSet pod', daemon, undefined, 'DaemonSet'],
    ['any owner counts', fresh.ownedBy({ kind: 'X', name: 'x', controller: true }, { kind: 'DaemonSet', name: 'd' }), false, 'DaemonSet'],
    ['opted in by annotation', daemon.annotated({ [Annotation.RunningDaemonset]: 'true' }), false, null],
    ['opted in by anything but exactly true', daemon.annotated({ [Annotation.RunningDaemonset]: 'yes' }), false, 'DaemonSet'],
    ['opted in by the binding', daemon, true, null],
    ['a system namespace wins over both', aPod('p', 'kube-system').ownedBy({ kind: 'DaemonSet', name: 'd' }).annotated({ [Annotation.RunningDaemonset]: 'true' }), true, 'SystemNamespace'],
  ])('%s', (_, vPod, runningDaemonsetByDefault, expected) => {
    expect(ignoredBecause(vPod.build(), { runningDaemonsetByDefault })).toBe(expected);
  });
});

describe('a virtual pod whose copy is gone', () => {
  const report = { type: 'Warning', reason: 'PhysicalPodLost', message: 'Physical pod was deleted unexpectedly' } as const;
  check([
    ['is lost', lostPod, null, {}, { kind: 'lost', verify: true, report }],
    ['is lost for certain after a tombstone', lostPod, null, { physicalGone: true, physicalSynced: false }, { kind: 'lost', verify: false }],
    ['is not while P is not synced', lostPod, null, { physicalSynced: false }, { kind: 'none', because: 'unsynced' }],
    ['is lost by the annotation alone', known, null, {}, { kind: 'lost' }],
    ['is lost by a phase that only a copy gives', fresh.phase('Running'), null, {}, { kind: 'lost' }],
    ['is lost by a start time', fresh.status({ startTime: '2026-01-01T00:00:00Z' }), null, {}, { kind: 'lost' }],
    ['is lost on a closing vnode too', lostPod, null, { vnode: 'closing' }, { kind: 'lost' }],
    ['is lost on a paused vnode too', lostPod, null, { vnode: 'paused' }, { kind: 'lost' }],
    ['is lost when a stranger has its name', lostPod, stranger, {}, { kind: 'lost' }],
    ['is not lost when its copy only lost the labels', lostPod, copy.meta({ labels: {} }), {}, { kind: 'notOwned' }],
    ['stays Succeeded', known.phase('Succeeded'), null, {}, { kind: 'none', because: 'terminal' }],
    ['stays Failed', known.phase('Failed'), null, {}, { kind: 'none', because: 'terminal' }],
    ['elsewhere is none of ours', lostPod, null, { vnode: 'foreign' }, { kind: 'none', because: 'notOurs' }],
  ]);
});

describe('a deleted virtual pod', () => {
  check([
    ['takes its copy along, with the grace of the caller', deleting, copy, {}, { kind: 'delete', physicalUid: 'p-web-uid', because: 'VirtualPodDeleting', gracePeriodSeconds: 30, verify: false }],
    ['with grace 0', running.deleting(0), copy, {}, { kind: 'delete', gracePeriodSeconds: 0 }],
    ['without a grace', running.meta({ deletionTimestamp: 'x' }), copy, {}, { kind: 'delete', gracePeriodSeconds: null }],
    ['also when its vnode is gone', deleting, copy, { vnode: 'foreign' }, { kind: 'delete' }],
    ['also from lists that are not synced', deleting, copy, { physicalSynced: false, virtualSynced: false }, { kind: 'delete' }],
    ['also when it has ended', deleting.phase('Succeeded'), copy, {}, { kind: 'delete' }],
    ['waits for a terminating copy', deleting, copy.deleting(30), {}, { kind: 'none', because: 'terminating' }],
    ['passes a shorter grace on', running.deleting(5), copy.deleting(30), {}, { kind: 'delete', gracePeriodSeconds: 5 }],
    ['does not lengthen one', running.deleting(60), copy.deleting(30), {}, { kind: 'none', because: 'terminating' }],
    ['goes when there is no copy', deleting, null, {}, { kind: 'finalize', virtualUid: 'web-uid', verify: true }],
    ['goes for certain after a tombstone', deleting, null, { physicalGone: true, physicalSynced: false }, { kind: 'finalize', verify: false }],
    ['stays while P is not synced', deleting, null, { physicalSynced: false }, { kind: 'none', because: 'unsynced' }],
    ['goes when it never had a copy', fresh.deleting(), null, {}, { kind: 'finalize', verify: true }],
    ['goes when it has ended', deleting.phase('Failed'), null, {}, { kind: 'finalize' }],
    ['goes while paused', deleting, null, { vnode: 'paused' }, { kind: 'finalize' }],
    ['goes beside the copy of a predecessor', fresh.deleting(), predecessor, {}, { kind: 'finalize', verify: true }],
    ['goes beside a stranger, which is left alone', deleting, stranger, {}, { kind: 'finalize', verify: true }],
    ['with grace 0 waits for finalizers of others', running.deleting(0), null, {}, { kind: 'none', because: 'finalizers' }],
    ['elsewhere, never ours, is left alone', fresh.deleting(), null, { vnode: 'foreign' }, { kind: 'none', because: 'notOurs' }],
    ['whose vnode is gone goes too', deleting, null, { vnode: 'foreign' }, { kind: 'finalize' }],
  ]);
});

describe('a copy without a virtual pod', () => {
  check([
    ['goes, once V confirms', null, copy, {}, { kind: 'delete', because: 'VirtualPodGone', gracePeriodSeconds: null, physicalUid: 'p-web-uid', verify: true }],
    ['also when it has ended', null, copy.phase('Succeeded'), {}, { kind: 'delete', because: 'VirtualPodGone' }],
    ['stays while V is not synced', null, copy, { virtualSynced: false }, { kind: 'none', because: 'unsynced' }],
    ['that terminates is left to', null, copy.deleting(), {}, { kind: 'none', because: 'terminating' }],
    ['that is not ours is left alone', null, stranger, {}, { kind: 'none', because: 'notOurs' }],
    ["of another binding is left alone", null, copy.labelled({ [Label.ClusterBinding]: 'west' }), {}, { kind: 'none', because: 'notOurs' }],
    ["of another virtual cluster is left alone", null, copy.labelled({ [Label.VirtualCluster]: 'w-uid' }), {}, { kind: 'none', because: 'notOurs' }],
    ['with our labels only is an orphan', null, orphan, {}, { kind: 'delete', because: 'Orphan', verify: false }],
    ['under a wrong name is an orphan', null, copy.meta({ name: 'web-copy' }), {}, { kind: 'delete', because: 'Orphan', verify: false }],
    ['neither side is nothing', null, null, {}, { kind: 'none', because: 'absent' }],
  ]);
});

describe('a name that is held', () => {
  const held = { kind: 'replaceWait', physicalUid: 'p-older', delete: true, verify: true } as const;
  check([
    ['by a predecessor: that goes first', fresh, predecessor, {}, held],
    ['by a terminating predecessor: wait', fresh, predecessor.deleting(), {}, { ...held, delete: false }],
    ['also for a pod that has ended', known.phase('Failed'), predecessor, {}, held],
    ['also for a pod that is ignored', daemon, predecessor, {}, held],
    ['also elsewhere', fresh, predecessor, { vnode: 'foreign' }, held],
    ['by an orphan: that goes first', fresh, orphan, {}, { kind: 'replaceWait', delete: true }],
    ['by a stranger: said, and left alone', fresh, stranger, {}, { kind: 'notOwned', report: { type: 'Warning', reason: 'PhysicalPodNotOwned', message: expect.stringContaining(`kubeocean-worker/${copy.build().metadata.name}`) } }],
    ['by the copy of another binding: likewise', fresh, copy.labelled({ [Label.ClusterBinding]: 'west' }), {}, { kind: 'notOwned' }],
    ['by a stranger, elsewhere', fresh, stranger, { vnode: 'foreign' }, { kind: 'none', because: 'notOurs' }],
  ]);
});

describe('a copy under another UID than its virtual pod knows', () => {
  const again = copy.meta({ uid: 'made-again' });
  const gone = { kind: 'delete', because: 'Impostor', physicalUid: 'made-again', gracePeriodSeconds: null, verify: true } as const;
  check([
    ['goes: a pod is started once', running, again, {}, gone],
    ['also when the pod has ended', known.phase('Failed'), again, {}, gone],
    ['also when the pod is deleted', deleting, again, {}, gone],
    ['also elsewhere', running, again, { vnode: 'foreign' }, gone],
    ['is waited for when it terminates', running, again.deleting(), {}, { kind: 'none', because: 'terminating' }],
    ['is the copy of a pod that knows none yet', fresh, again, {}, { kind: 'none', because: 'harmony' }],
    ['not ours, is left alone', running, again.meta({ labels: {} }), {}, { kind: 'lost' }],
  ]);
});

describe('a virtual pod that went by force', () => {
  const forced = { forced: true };
  check([
    ['takes its copy along by force', null, copy, forced, { kind: 'delete', because: 'VirtualPodGone', gracePeriodSeconds: 0, verify: true }],
    ['also one that stops slowly', null, copy.deleting(30), forced, { kind: 'delete', gracePeriodSeconds: 0 }],
    ['not twice', null, copy.deleting(0), forced, { kind: 'none', because: 'terminating' }],
    ['also when the next one of its name is there', fresh, predecessor, forced, { kind: 'replaceWait', delete: true, gracePeriodSeconds: 0 }],
    ['and its copy stops slowly', fresh, predecessor.deleting(30), forced, { kind: 'replaceWait', delete: true, gracePeriodSeconds: 0 }],
    ['and its copy is about to go', fresh, predecessor.deleting(0), forced, { kind: 'replaceWait', delete: false }],
    ['or is seen as it goes', running.deleting(0), copy.deleting(30), {}, { kind: 'delete', because: 'VirtualPodDeleting', gracePeriodSeconds: 0 }],
    ["takes nobody else's along", null, stranger, forced, { kind: 'none', because: 'notOurs' }],
  ]);
});

describe('a virtual pod and its copy', () => {
  const unbound = copy.unbound();
  const deadline = CREATED + 5 * MINUTE;
  check([
    ['in harmony', known, copy, {}, { kind: 'none', because: 'harmony' }],
    ['in harmony, whatever the vnode is', known, copy, { vnode: 'closing' }, { kind: 'none', because: 'harmony' }],
    ['in harmony, although it is ignored now', daemon, aPhysicalPod(daemon.build()), {}, { kind: 'none', because: 'harmony' }],
    ['a changed spec is carried over', running.labelled({ new: 'x' }), copy, {}, { kind: 'specChanged', physicalUid: 'p-web-uid', specHash: specHash(running.labelled({ new: 'x' }).build()), drift: null }],
    ["what the owner's cluster changed on a key of the user is set right", running.labelled({ app: 'web' }), aPhysicalPod(running.labelled({ app: 'web' }).build()).labelled({ app: 'theirs' }), {}, { kind: 'specChanged', physicalUid: 'p-web-uid', specHash: specHash(running.labelled({ app: 'web' }).build()), drift: '[["app","theirs"]]' }],
    ['and so is what it took away of ours', running, aPhysicalPod(running.build()).annotated({ [Annotation.VirtualNodeName]: '' }), {}, { kind: 'specChanged', physicalUid: 'p-web-uid', specHash: specHash(running.build()), drift: `[["${Annotation.VirtualNodeName}",""]]` }],
    ['what it added is its own', running, aPhysicalPod(running.build()).labelled({ cni: 'x' }).annotated({ 'cni/ip': '1' }), {}, { kind: 'none', because: 'harmony' }],
    ['not to a copy without a hash', running.labelled({ new: 'x' }), copy.annotated({ [Annotation.SpecHash]: '' }), {}, { kind: 'none', because: 'harmony' }],
    ['not to a terminating copy', running.labelled({ new: 'x' }), copy.deleting(), {}, { kind: 'none', because: 'terminating' }],
    ['not to a copy that has ended', running.labelled({ new: 'x' }), copy.phase('Succeeded'), {}, { kind: 'none', because: 'terminal' }],
    ['not from a pod that has ended', running.phase('Failed').labelled({ new: 'x' }), copy.phase('Failed'), {}, { kind: 'none', because: 'terminal' }],
    ['what its own cluster has ended is stopped', running.phase('Failed'), copy, {}, { kind: 'delete', because: 'VirtualPodEnded', gracePeriodSeconds: null, verify: true }],
    ['once', running.phase('Failed'), copy.deleting(), {}, { kind: 'none', because: 'terminating' }],
    ['a copy deleted over there is only watched', running, copy.deleting(), {}, { kind: 'none', because: 'terminating' }],
    ['a copy without a node has five minutes', known, unbound, { now: deadline - 1 }, { kind: 'none', because: 'harmony' }],
    ['and not a millisecond more', known, unbound, { now: deadline }, { kind: 'unschedulable', physicalUid: 'p-web-uid', deadline, verify: true, report: { type: 'Warning', reason: 'FailedSchedulingPod', message: `Physical pod kubeocean-worker/${copy.build().metadata.name} failed to schedule within 5m0s timeout` } }],
    ['time over is time over, whatever else changed', known.labelled({ new: 'x' }), unbound, { now: deadline }, { kind: 'unschedulable' }],
    ['no creation time counts as over', known, unbound.meta({ creationTimestamp: undefined }), {}, { kind: 'unschedulable', deadline: null }],
    ['an old list does not condemn it', known, unbound, { now: deadline, physicalSynced: false }, { kind: 'none' }],
    ['nor one that has ended', known, unbound.phase('Failed'), { now: deadline }, { kind: 'none', because: 'terminal' }],
    ['nor one that terminates', known, unbound.deleting(), { now: deadline }, { kind: 'none', because: 'terminating' }],
  ]);

  const soon = CREATED + MINUTE + 10_000;
  it.each<[string, PodBuilder | null, PodBuilder | null, Partial<ReconcileContext>, number | null]>([
    ['without a node: at its deadline', known, unbound, {}, CREATED + 5 * MINUTE],
    ['with a node: never', known, copy, {}, null],
    ['terminating: never', known, unbound.deleting(), {}, null],
    ['with an old list of P: soon, for its status', known, copy, { physicalSynced: false }, soon],
    ['with an old list of P, past its deadline: soon, and not at once', known, unbound, { physicalSynced: false, now: deadline }, deadline + 10_000],
    ['without a copy, with an old list of P: soon, to be admitted', fresh, null, { physicalSynced: false }, soon],
    ['without a pod, and V not listed: soon, to go', null, copy, { virtualSynced: false }, soon],
    ['of which nothing is left: never', null, null, { physicalSynced: false }, null],
  ])('looks again, %s', (...[, virtual, physical, more, expected]) => expect(decide(virtual, physical, more).lookAgainAt).toBe(expected));
});

describe('the mirror beside the action', () => {
  const news = copy.phase('Running').status({ podIP: '1.1.1.1' });
  it.each<[string, PodBuilder | null, PodBuilder | null, Partial<ReconcileContext>, object | null]>([
    ['in harmony: nothing to write', known, copy, {}, null],
    ['news of the copy', known, news, {}, { status: { phase: 'Running', podIP: '1.1.1.1' } }],
    ['beside a changed spec', known.labelled({ new: 'x' }), news, {}, { status: { phase: 'Running' } }],
    ['beside a deletion', known.deleting(), news.deleting(), {}, { status: { phase: 'Running' } }],
    ['of a copy that terminates', known, news.deleting(), {}, { status: { phase: 'Running' } }],
    ['the end', known, copy.phase('Succeeded'), {}, { status: { phase: 'Succeeded' } }],
    ['what ended stays ended', known.phase('Failed'), news, {}, null],
    ['not from an old list', known, news, { physicalSynced: false }, null],
    ['not without a copy', known, null, {}, null],
    ['not from a predecessor', known, predecessor.phase('Running'), {}, null],
    ['not from a stranger', known, stranger.phase('Running'), {}, null],
  ])('%s', (...[, virtual, physical, context, expected]) => {
    const { mirror } = decide(virtual, physical, context);
    if (expected) expect(mirror).toMatchObject(expected);
    else expect(mirror).toBeNull();
  });
});

describe('over every combination', () => {
  const virtuals = [null, fresh, fresh.unbound(), known, running, deleting, running.deleting(0), fresh.deleting(), known.phase('Failed'), daemon, daemon.deleting(), needy];
  const physicals = [null, copy, copy.deleting(), copy.unbound(), copy.phase('Failed'), predecessor, orphan, stranger, copy.meta({ labels: {} })];
  const vnodes = ['lent', 'paused', 'closing', 'reclaimed', 'emptied', 'foreign'] as const;
  const flags = [true, false];
  const rows: [PodObject | null, PodObject | null, ReconcileContext][] = virtuals.flatMap((virtual) =>
    physicals.flatMap((physical) =>
      vnodes.flatMap((vnode) =>
        flags.flatMap((virtualSynced) =>
          flags.map((physicalSynced): [PodObject | null, PodObject | null, ReconcileContext] => [
            virtual?.build() ?? null,
            physical?.build() ?? null,
            { ...CONTEXT, vnode, virtualSynced, physicalSynced, now: CREATED + 10 * MINUTE },
          ]),
        ),
      ),
    ),
  );
  const decisions = rows.map((row) => ({ row, ...reconcilePod({ virtual: row[0], physical: row[1] }, row[2]) }));
  const isOurCopy = (pod: PodObject | null) => pod?.metadata.labels?.[Label.VirtualCluster] === 'v-uid';

  it('covers them', () => expect(decisions).toHaveLength(12 * 9 * 6 * 4));

  it('never touches what is not ours', () => {
    const touching = decisions.filter(({ action }) => 'physicalUid' in action);
    expect(touching.length).toBeGreaterThan(0);
    expect(touching.filter(({ row }) => !isOurCopy(row[1]))).toEqual([]);
  });

  it('creates only on a lent vnode, from synced lists, for a live pod, where the name is free', () => {
    const admitted = decisions.filter(({ action }) => action.kind === 'admit').map(({ row }) => row);
    expect(admitted.length).toBeGreaterThan(0);
    for (const [virtual, physical, { vnode, virtualSynced, physicalSynced }] of admitted) {
      expect([virtual?.metadata.deletionTimestamp, virtual?.metadata.annotations, physical, vnode, virtualSynced, physicalSynced]).toEqual([undefined, undefined, null, 'lent', true, true]);
    }
  });

  it('concludes nothing from absence in a list that is not synced', () => {
    const unsure = decisions.filter(({ row }) => !row[2].physicalSynced && row[0] && !row[1]);
    const verdicts = unsure.filter(({ action }) => action.kind === 'lost' || (action.kind === 'finalize' && action.verify));
    expect(verdicts).toEqual([]);
    const widows = decisions.filter(({ row, action }) => !row[0] && !row[2].virtualSynced && action.kind === 'delete' && action.because !== 'Orphan');
    expect(widows).toEqual([]);
  });

  it('writes onto nobody but the pod that the copy names', () => {
    for (const { mirror, row } of decisions.filter((decision) => decision.mirror)) {
      expect(mirror?.metadata.uid).toBe(row[1]?.metadata.annotations?.[Annotation.VirtualPodUid]);
    }
  });

  it('fails or deletes no virtual pod that has a copy of its own', () => {
    const own = decisions.filter(({ row }) => isOurCopy(row[1]) && row[0] && row[1]?.metadata.annotations?.[Annotation.VirtualPodUid] === row[0].metadata.uid && row[0].spec.nodeName);
    expect(own.filter(({ action }) => ['lost', 'finalize', 'turnAway', 'admit'].includes(action.kind))).toEqual([]);
  });
});
