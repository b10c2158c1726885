import type { Reason } from '../../../../domain/conditions';
import {
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
const facts: TeardownFacts = {
  startedAt: START,
  graceSeconds: 60,
  forcedAt: null,
  pods: [pod('b'), pod('a')],
  physicalLeft: 2,
  now: START,
};
const forced: Partial<TeardownPlan> = {
  phase: 'Forced',
  evict: ['a', 'b'],
  deleteVnode: true,
  releaseVnode: false,
  wakeAt: null,
};

describe('planTeardown', () => {
  it.each<[string, Partial<TeardownFacts>, Partial<TeardownPlan>]>([
    [
      'at first pods may finish',
      {},
      { phase: 'Grace', evict: [], deleteVnode: false, releaseVnode: false, wakeAt: START + 60_000 },
    ],
    [
      'a beginning that nobody noted is now',
      { startedAt: null, now: START + 5 },
      { phase: 'Grace', startedAt: START + 5, wakeAt: START + 60_005 },
    ],
    ['a millisecond before the deadline', { now: START + 59_999 }, { phase: 'Grace', evict: [] }],
    ['at the deadline', { now: START + 60_000 }, forced],
    ['without grace', { graceSeconds: 0 }, forced],
    ['asked for at once', { forcedAt: START }, forced],
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
      { ...forced, evict: ['a'] },
    ],
    [
      'pods that are being deleted are awaited',
      { graceSeconds: 0, pods: [pod('a', { deleting: true })] },
      { ...forced, evict: [] },
    ],
    ['the physical cluster is not read', { graceSeconds: 0, pods: [], physicalLeft: null }, { ...forced, evict: [] }],
    ['something is left there', { graceSeconds: 0, pods: [], physicalLeft: 1 }, { ...forced, evict: [] }],
    [
      'without pods there is no grace',
      { pods: [], physicalLeft: 0 },
      { phase: 'Closed', deleteVnode: true, releaseVnode: true },
    ],
    [
      'ended pods are deleted but hold nothing up',
      { pods: [pod('a', { phase: 'Failed' })], physicalLeft: 0 },
      { phase: 'Closed', evict: ['a'], releaseVnode: true },
    ],
    [
      'nor do placeholders and what never ran',
      {
        pods: [
          pod('a', { labels: { 'kubeocean.io/hostport-fake-pod': 'true' } }),
          pod('b', { namespace: 'kube-system' }),
          pod('c', { skipped: true }),
        ],
        physicalLeft: 0,
      },
      { phase: 'Closed', evict: [], releaseVnode: true },
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
