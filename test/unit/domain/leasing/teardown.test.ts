import type { Reason } from '../../../../domain/conditions';
import {
  type PhysicalPod,
  planTeardown,
  type ReclaimPod,
  type TeardownFacts,
  teardownGraceSeconds,
  type TeardownPlan,
} from '../../../../domain/reclaim';

const START = Date.parse('2026-03-06T12:00:00Z');
const pod = (uid: string, change: Partial<ReclaimPod> = {}): ReclaimPod => ({
  uid,
  namespace: 'default',
  name: uid,
  phase: 'Running',
  deleting: false,
  ...change,
});
const copy = (uid: string): PhysicalPod => ({ uid: `p-${uid}`, namespace: 'worker', name: uid, virtualUid: uid });
const facts: TeardownFacts = {
  startedAt: START,
  graceSeconds: 60,
  requestedFor: null,
  drain: 'Wait',
  forcedAt: null,
  asked: null,
  forcedSince: null,
  pods: [pod('b'), pod('a')],
  physicalLeft: [copy('a'), copy('b')],
  stuckAfterMillis: 300_000,
  now: START,
};
const forced: Partial<TeardownPlan> = {
  phase: 'Forced',
  remove: ['a', 'b'],
  deleteVnode: true,
  releaseVnode: false,
  wakeAt: START + 300_000,
};

describe('planTeardown', () => {
  it.each<[string, Partial<TeardownFacts>, Partial<TeardownPlan>]>([
    [
      'at first pods may finish',
      {},
      { phase: 'Grace', remove: [], deleteVnode: false, releaseVnode: false, wakeAt: START + 60_000 },
    ],
    [
      'a beginning that nobody noted is now',
      { startedAt: null, now: START + 5 },
      { phase: 'Grace', startedAt: START + 5, wakeAt: START + 60_005 },
    ],
    ['a millisecond before the deadline', { now: START + 59_999 }, { phase: 'Grace', remove: [] }],
    ['at the deadline', { now: START + 60_000 }, { ...forced, wakeAt: START + 360_000 }],
    ['without grace', { graceSeconds: 0 }, forced],
    ['one pod has ended, another has not', { pods: [pod('b', { phase: 'Succeeded' }), pod('a')] }, { phase: 'Grace', remove: [] }],
    ['asked for at once', { forcedAt: START }, forced],
    ['forceReclaim of an earlier reclaim', { forcedAt: START - 1 }, { phase: 'Grace' }],
    ['the lender asks, with a grace of his own', { asked: { at: START, graceSeconds: 0 } }, forced],
    [
      'the lender asks, with a longer one than promised',
      { asked: { at: START, graceSeconds: 600 } },
      { deadline: START + 60_000 },
    ],
    ["the owner's deadline", { requestedFor: START + 5_000 }, { phase: 'Grace', wakeAt: START + 5_000 }],
    ["the owner's deadline has come", { requestedFor: START }, forced],
    ['drain: Evict during the grace', { drain: 'Evict' }, { phase: 'Grace', evict: ['a', 'b'], remove: [] }],
    ['drain: Wait', {}, { phase: 'Grace', evict: [], remove: [] }],
    [
      'long after the deadline, and still not empty',
      { graceSeconds: 0, forcedSince: START, now: START + 300_000 },
      { phase: 'Forced', stuck: expect.stringContaining('worker/a'), kill: { virtual: [], physical: [] } },
    ],
    [
      'which nobody ends before he is asked',
      { graceSeconds: 0, forcedSince: START, now: START + 400_000, asked: { at: START + 350_000, graceSeconds: 0 } },
      { kill: { virtual: ['a', 'b'], physical: [copy('a'), copy('b')] } },
    ],
    [
      'only ended pods: deleted without a wait',
      { pods: [pod('a', { phase: 'Succeeded' })], physicalLeft: [copy('a')] },
      { phase: 'Forced', remove: ['a'], deleteVnode: true, forcedSince: START },
    ],
    [
      'tolerations protect nobody',
      {
        graceSeconds: 0,
        pods: [
          pod('a', {
            tolerations: [{ operator: 'Exists' }, { key: 'kubeocean.io/out-of-time-windows', operator: 'Exists' }],
          }),
        ],
      },
      { ...forced, remove: ['a'] },
    ],
    [
      'pods that are being deleted are awaited',
      { graceSeconds: 0, pods: [pod('a', { deleting: true })] },
      { ...forced, remove: [] },
    ],
    ['the physical cluster is not read', { graceSeconds: 0, pods: [], physicalLeft: null }, { ...forced, remove: [] }],
    ['something is left there', { graceSeconds: 0, pods: [], physicalLeft: [copy('x')] }, { ...forced, remove: [] }],
    [
      'without pods there is no grace',
      { pods: [], physicalLeft: [] },
      { phase: 'Closed', deleteVnode: true, releaseVnode: true },
    ],
    [
      'ended pods are deleted but hold nothing up',
      { pods: [pod('a', { phase: 'Failed' })], physicalLeft: [] },
      { phase: 'Closed', remove: ['a'], releaseVnode: true },
    ],
    [
      'nor do placeholders and what never ran',
      {
        pods: [
          pod('a', { labels: { 'kubeocean.io/hostport-fake-pod': 'true' } }),
          pod('b', { namespace: 'kube-system' }),
          pod('c', { skipped: true }),
        ],
        physicalLeft: [],
      },
      { phase: 'Closed', remove: [], releaseVnode: true },
    ],
  ])('%s', (_, change, plan) => {
    expect(planTeardown({ ...facts, ...change })).toMatchObject(plan);
  });
});

it.each<[Reason, number | null, number]>([
  ['NoPolicy', 60, 60],
  ['BindingDeleting', 60, 60],
  ['BindingSelectorMismatch', 60, 60],
  ['VnodeDeleting', 60, 60],
  ['NoPolicy', null, 0],
  ['PhysicalNodeGone', 60, 0],
  ['PhysicalNodeReplaced', 60, 0],
  ['NodeNotEligible', 60, 0],
])('teardownGraceSeconds of %s with a grace of %s is %s', (reason, grace, expected) => {
  expect(teardownGraceSeconds(reason, grace)).toBe(expected);
});
