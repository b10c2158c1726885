import type { Toleration } from 'kubernetes-types/core/v1';
import {
  planReclaim,
  protectedUntil,
  type ReclaimFacts,
  type ReclaimPhase,
  type ReclaimPlan,
  type ReclaimPod,
} from '../../../../domain/reclaim';
import { aReclaimPod, copiesOf, RECLAIM_TERMS, withTerms } from '../../../support/builders/reclaim';

const EDGE = Date.parse('2026-03-06T08:01:00Z');
const OPENS = EDGE + 10 * 3_600_000;
const seconds = (count: number) => EDGE + count * 1000;

const names = (key: string, rest: Partial<Toleration> = {}): Toleration => ({ key, operator: 'Exists', ...rest });
const windowKey = 'kubeocean.io/out-of-time-windows';

const closed: ReclaimFacts = {
  window: { open: false, opensAt: OPENS },
  terms: RECLAIM_TERMS,
  edge: EDGE,
  announcedEnd: EDGE,
  asked: null,
  forcedAt: null,
  forcedSince: null,
  pods: [aReclaimPod('b'), aReclaimPod('a')],
  physicalLeft: copiesOf('a', 'b'),
  stuckAfterMillis: 300_000,
  previous: 'Open',
  now: seconds(60),
};
const open: Partial<ReclaimFacts> = { window: { open: true, closesAt: OPENS }, edge: null, announcedEnd: OPENS };

describe('planReclaim', () => {
  it.each<[string, Partial<ReclaimFacts>, Partial<ReclaimPlan>]>([
    ['open', open, { phase: 'Open', taint: null, remove: [], edge: null, wakeAt: OPENS, reason: 'WindowOpen', message: 'Lent until 2026-03-06T18:01:00Z.' }],
    ['open without end', { ...open, window: { open: true, closesAt: null } }, { phase: 'Open', wakeAt: null, message: 'Lent without an end.' }],
    [
      'open again in mid-reclaim',
      { ...open, edge: EDGE, previous: 'Forced' },
      { phase: 'Open', taint: null, remove: [], edge: null },
    ],
    [
      'closed, not forced: pods stay',
      withTerms({ force: false }),
      { phase: 'Cordoned', taint: 'NoSchedule', remove: [], wakeAt: OPENS, reason: 'WindowClosed', message: expect.stringContaining('Outside the time windows since') },
    ],
    [
      'closed for ever, not forced',
      { ...withTerms({ force: false }), window: { open: false, opensAt: null } },
      { phase: 'Cordoned', wakeAt: null },
    ],
    [
      'at the edge: grace',
      { now: EDGE },
      { phase: 'Grace', taint: 'NoSchedule', remove: [], edge: EDGE, wakeAt: seconds(60), reason: 'GracePeriod' },
    ],
    ['at the edge, and somebody asked just then to skip the grace', { now: EDGE, forcedAt: EDGE }, { phase: 'Forced', remove: ['a', 'b'] }],
    [
      'an edge that nobody noted is now',
      { edge: null, now: seconds(7) },
      { phase: 'Grace', edge: seconds(7), wakeAt: seconds(67) },
    ],
    ['a millisecond before the deadline', { now: seconds(60) - 1 }, { phase: 'Grace', taint: 'NoSchedule', remove: [] }],
    [
      'a window that opens within the grace',
      { now: EDGE, window: { open: false, opensAt: seconds(30) } },
      { phase: 'Grace', wakeAt: seconds(30) },
    ],
    [
      'at the deadline: force',
      {},
      { phase: 'Forced', taint: 'NoExecute', remove: ['a', 'b'], wakeAt: seconds(360), reason: 'DeadlineReached' },
    ],
    [
      'without grace the deadline is the edge',
      { ...withTerms({ graceSeconds: 0 }), now: EDGE },
      { phase: 'Forced', taint: 'NoExecute', remove: ['a', 'b'] },
    ],
    ['long after an edge that was slept through', { now: seconds(9_999) }, { phase: 'Forced', remove: ['a', 'b'] }],
    [
      'pods that somebody deletes are awaited, not deleted again',
      { pods: [aReclaimPod('a', { deleting: true })], physicalLeft: copiesOf('a') },
      { phase: 'Forced', remove: [] },
    ],
    ['the physical cluster is not read yet', { pods: [], physicalLeft: null }, { phase: 'Forced', remove: [] }],
    ['only an ended copy is still there', { pods: [], physicalLeft: copiesOf('x') }, { phase: 'Forced', remove: [] }],
    ['something of ours is still there', { pods: [], physicalLeft: copiesOf('x') }, { phase: 'Forced', remove: [] }],
    [
      'ended pods are deleted but not awaited',
      { pods: [aReclaimPod('a', { phase: 'Succeeded' })], physicalLeft: [] },
      { phase: 'Verified', remove: ['a'] },
    ],
    [
      'nothing is left',
      { pods: [], physicalLeft: [], previous: 'Forced' },
      { phase: 'Verified', taint: 'NoExecute', wakeAt: seconds(61), reason: 'NodeEmpty' },
    ],
    [
      'and that was noted',
      { pods: [], physicalLeft: [], previous: 'Verified' },
      { phase: 'Closed', taint: 'NoExecute', wakeAt: OPENS, reason: 'NodeEmpty' },
    ],
    ['a late comer is deleted', { previous: 'Closed' }, { phase: 'Forced', remove: ['a', 'b'] }],
    [
      'forceReclaim while open: there is no reclaim to force',
      { ...open, forcedAt: seconds(1), now: seconds(1) },
      { phase: 'Open' },
    ],
    ['forceReclaim of an earlier reclaim', { forcedAt: EDGE - 1, now: EDGE }, { phase: 'Grace' }],
    [
      'asked for in the grace',
      { forcedAt: seconds(10), now: seconds(10) },
      { phase: 'Forced', remove: ['a', 'b'], reason: 'ReclaimForced' },
    ],
    [
      'asked for though not forced by policy',
      { ...withTerms({ force: false }), forcedAt: seconds(1) },
      { phase: 'Forced', remove: ['a', 'b'] },
    ],
  ])('%s', (_, change, plan) => {
    expect(planReclaim({ ...closed, ...change })).toMatchObject(plan);
  });

  it.each<[string, Partial<ReclaimPod>]>([
    ['placeholders of host ports', { labels: { 'kubeocean.io/hostport-fake-pod': 'true' } }],
    ['pods of system namespaces', { namespace: 'kube-system' }],
    ['DaemonSet pods that do not run', { skipped: true }],
  ])('%s neither count nor go', (_, change) => {
    const facts = { ...closed, pods: [aReclaimPod('x', change)], physicalLeft: [] };
    expect(planReclaim(facts)).toMatchObject({ phase: 'Verified', remove: [] });
  });

  it('spares pods that tolerate the key, names them, and comes back when their time is up', () => {
    const pods = [
      aReclaimPod('stays', { tolerations: [names(windowKey)] }),
      aReclaimPod('later', { tolerations: [names(windowKey, { tolerationSeconds: 30 })] }),
      aReclaimPod('goes', { tolerations: [{ operator: 'Exists' }] }),
    ];
    expect(planReclaim({ ...closed, pods })).toMatchObject({ phase: 'Forced', remove: ['goes'], wakeAt: seconds(90) });
    expect(planReclaim({ ...closed, pods, now: seconds(90) })).toMatchObject({
      phase: 'Forced',
      remove: ['goes', 'later'],
      wakeAt: seconds(360),
    });
    const last = planReclaim({ ...closed, pods: pods.slice(0, 1), physicalLeft: copiesOf('stays'), now: seconds(90) });
    expect(last).toMatchObject({ phase: 'Closed', remove: [], reason: 'ToleratingPodsRemain' });
    expect(last.message).toContain('default/stays');
  });

  it('goes through the phases in order, and NoExecute never before the deadline', () => {
    const seen: ReclaimPhase[] = [];
    let facts: ReclaimFacts = { ...closed, window: { open: true, closesAt: EDGE }, edge: null, now: EDGE - 1 };
    for (let step = 0; step < 6; step++) {
      const plan = planReclaim(facts);
      expect(plan.taint === 'NoExecute').toBe(facts.now >= seconds(60));
      seen.push(plan.phase);
      const pods = facts.pods.filter(({ uid }) => !plan.remove.includes(uid));
      facts = {
        ...facts,
        window: closed.window,
        pods,
        physicalLeft: copiesOf(...pods.map(({ uid }) => uid)),
        forcedSince: plan.forcedSince,
        previous: plan.phase,
        edge: plan.edge,
        now: Math.max(plan.phase === 'Forced' ? facts.now : (plan.wakeAt ?? 0), facts.now),
      };
    }
    expect(seen).toEqual(['Open', 'Grace', 'Forced', 'Verified', 'Closed', 'Closed']);
  });
});

describe('protectedUntil', () => {
  it.each<[string, Toleration[] | undefined, ReturnType<typeof protectedUntil>]>([
    ['no tolerations', undefined, null],
    ['the key with Exists', [names(windowKey)], 'Forever'],
    ['the key and value, Equal by default', [{ key: windowKey, value: 'true' }], 'Forever'],
    ['another value', [{ key: windowKey, operator: 'Equal', value: 'false' }], null],
    ['no value', [{ key: windowKey }], null],
    ['an operator that compares numbers', [{ key: windowKey, operator: 'Gt', value: '1' }], null],
    ['its effect', [names(windowKey, { effect: 'NoExecute' })], 'Forever'],
    ['another effect', [names(windowKey, { effect: 'NoSchedule' })], null],
    ['a wildcard', [{ operator: 'Exists' }], null],
    ['another key', [names('kubeocean.io/vnode')], null],
    ['seconds', [names(windowKey, { tolerationSeconds: 30 })], seconds(30)],
    ['no seconds', [names(windowKey, { tolerationSeconds: 0 })], EDGE],
    ['negative seconds', [names(windowKey, { tolerationSeconds: -5 })], EDGE],
    [
      'the first that matches',
      [names('other'), names(windowKey, { tolerationSeconds: 5 }), names(windowKey)],
      seconds(5),
    ],
  ])('%s', (_, tolerations, expected) => {
    expect(protectedUntil(tolerations, EDGE)).toBe(expected);
  });
});
