import type { Toleration } from 'kubernetes-types/core/v1';
import {
  isTaintDue,
  planReclaim,
  type ReclaimFacts,
  type ReclaimPlan,
  type ReclaimPod,
  type ReclaimTerms,
} from '../../../../domain/reclaim';
import { aReclaimPod, copiesOf, RECLAIM_TERMS, withTerms } from '../../../support/builders/reclaim';

const EDGE = Date.parse('2026-03-06T08:01:00Z');
const OPENS = EDGE + 10 * 3_600_000;
/** Seconds after the edge, or before it. */
const at = (seconds: number) => EDGE + seconds * 1000;

const pod = (uid: string, change: Partial<ReclaimPod> = {}) => aReclaimPod(uid, { copied: true, ...change });
const tolerating = (change: Partial<Toleration> = {}): Partial<ReclaimPod> => ({
  tolerations: [{ key: 'kubeocean.io/out-of-time-windows', operator: 'Exists', ...change }],
});

/** An open window that closes at the edge; rows say what differs. */
const open: ReclaimFacts = {
  window: { open: true, closesAt: EDGE },
  terms: RECLAIM_TERMS,
  edge: null,
  announcedEnd: EDGE,
  asked: null,
  forcedAt: null,
  forcedSince: null,
  pods: [pod('a'), pod('b')],
  physicalLeft: null,
  stuckAfterMillis: 300_000,
  previous: 'Open',
  now: at(-600),
};
const closed: Partial<ReclaimFacts> = { window: { open: false, opensAt: OPENS }, edge: EDGE };
/** Force began a minute after the edge, and both copies are there. */
const forced: Partial<ReclaimFacts> = { ...closed, previous: 'Forced', forcedSince: at(60), physicalLeft: copiesOf('a', 'b'), now: at(61) };
const going = [pod('a', { deleting: true, goneBy: at(90) }), pod('b', { deleting: true, goneBy: at(90) })];

type Row = [string, Partial<ReclaimFacts>, Partial<ReclaimPlan>];
const check = (_: string, change: Partial<ReclaimFacts>, plan: Partial<ReclaimPlan>) =>
  expect(planReclaim({ ...open, ...change })).toMatchObject(plan);

describe('notice', () => {
  const notice = withTerms({ noticeSeconds: 300 });

  it.each<Row>([
    ['is waited for', notice, { phase: 'Open', taint: null, notice: null, wakeAt: at(-300) }],
    [
      'is given before the edge',
      { ...notice, now: at(-300) },
      { phase: 'Noticed', taint: 'PreferNoSchedule', notice: EDGE, edge: null, wakeAt: EDGE, reason: 'NoticeGiven' },
    ],
    [
      'is given before pods are evicted for an edge that is not',
      { ...notice, ...withTerms({ noticeSeconds: 300, force: false }), now: at(-1) },
      { phase: 'Noticed', evict: [], remove: [] },
    ],
    [
      'stands when the reclaim begins',
      { ...notice, ...closed, now: EDGE },
      { phase: 'Grace', taint: 'NoSchedule', notice: 'Keep' },
    ],
    [
      'is withdrawn when the edge moves away',
      { ...notice, window: { open: true, closesAt: at(3_600) }, now: at(-1), previous: 'Noticed' },
      { phase: 'Open', taint: null, notice: null },
    ],
    [
      'follows an edge that moves a little',
      { ...notice, window: { open: true, closesAt: at(120) }, now: at(-1), previous: 'Noticed' },
      { phase: 'Noticed', notice: at(120), wakeAt: at(120) },
    ],
    ['is withdrawn when the policy gives none any more', { now: at(-1), previous: 'Noticed' }, { phase: 'Open', notice: null }],
    [
      'comes before the grace that comes before the edge',
      { ...withTerms({ noticeSeconds: 300, before: true }), now: at(-360) },
      { phase: 'Noticed', notice: EDGE, wakeAt: at(-60) },
    ],
  ])('%s', check);
});

describe('reclaimBefore', () => {
  const before = withTerms({ before: true, graceSeconds: 300 });
  const slow = [pod('a', { terminationGraceSeconds: 60 })];

  it.each<Row>([
    ['begins a grace before the edge', before, { phase: 'Open', wakeAt: at(-300) }],
    [
      'counts the time that pods take to stop',
      { ...before, now: at(-300) },
      { phase: 'Grace', edge: at(-300), taint: 'NoSchedule', deadline: at(-35) },
    ],
    ['more of it where a pod needs more', { ...before, pods: slow, now: at(-300) }, { deadline: at(-65), message: expect.stringContaining('The lease ends at') }],
    [
      'as much where that pod is spared for a while only',
      { ...before, pods: [pod('a', { terminationGraceSeconds: 60, ...tolerating({ effect: 'NoExecute', tolerationSeconds: 10 }) })], now: at(-300) },
      { deadline: at(-65) },
    ],
    [
      'no more than there is',
      { ...before, pods: [pod('a', { terminationGraceSeconds: 900 })], now: at(-300) },
      { phase: 'Forced', deadline: at(-300) },
    ],
    ['little where nobody is there', { ...before, pods: [], now: at(-300) }, { deadline: at(-5) }],
    [
      'forces before the edge',
      { ...before, now: at(-35), previous: 'Grace' },
      { phase: 'Forced', taint: 'NoExecute', remove: ['a', 'b'], edge: at(-300), forcedSince: at(-35) },
    ],
    [
      'does not go back to grace because the slowest pod has gone',
      { ...before, pods: [], physicalLeft: [], now: at(-34), edge: at(-300), forcedSince: at(-35), previous: 'Forced' },
      { phase: 'Verified', forcedSince: at(-35) },
    ],
    [
      'is Closed at the edge',
      { ...before, ...closed, edge: at(-300), forcedSince: at(-35), pods: [], physicalLeft: [], previous: 'Closed', now: EDGE },
      { phase: 'Closed' },
    ],
    [
      'without force only cordons, but as early',
      { ...withTerms({ before: true, graceSeconds: 300, force: false }), now: at(-300) },
      { phase: 'Cordoned', taint: 'NoSchedule', wakeAt: EDGE },
    ],
    ['slept through: the announced end stands', { ...before, now: at(-10) }, { phase: 'Forced', edge: at(-300) }],
    [
      'an end that nobody announced: the whole grace counts from now',
      { ...before, announcedEnd: OPENS, now: at(-10) },
      { phase: 'Grace', edge: at(-10), deadline: at(290) },
    ],
    [
      'and goes on past the edge',
      { ...before, ...closed, announcedEnd: null, edge: at(-10), now: at(5) },
      { phase: 'Grace', edge: at(-10), deadline: at(290) },
    ],
    [
      'an end that moves a little away: so does the deadline',
      { ...before, window: { open: true, closesAt: at(30) }, edge: at(-300), announcedEnd: EDGE, now: at(-100) },
      { phase: 'Grace', deadline: at(-5) },
    ],
  ])('%s', check);
});

describe('drain: Evict', () => {
  const evict = withTerms({ drain: 'Evict' });

  it.each<Row>([
    [
      'evicts during the grace',
      { ...evict, ...closed, now: EDGE },
      { phase: 'Grace', evict: ['a', 'b'], remove: [], wakeAt: at(60) },
    ],
    ['not what is being deleted', { ...evict, ...closed, pods: going, now: EDGE }, { evict: [] }],
    ['not what has ended', { ...evict, ...closed, pods: [pod('a', { phase: 'Succeeded' })], now: EDGE }, { evict: [] }],
    [
      'nor what a toleration protects, if only for a while',
      { ...evict, ...closed, pods: [pod('a', tolerating({ tolerationSeconds: 9 })), pod('b', tolerating())], now: EDGE },
      { evict: [] },
    ],
    [
      'nor what it protects to the deadline',
      { ...withTerms({ drain: 'Evict', evictTolerating: true }), ...closed, pods: [pod('a', tolerating())], now: EDGE },
      { evict: [] },
    ],
    [
      'a wildcard protects nobody',
      { ...evict, ...closed, pods: [pod('a', { tolerations: [{ operator: 'Exists' }] })], now: EDGE },
      { evict: ['a'] },
    ],
    [
      'a toleration of another effect protects nobody',
      { ...evict, ...closed, pods: [pod('a', tolerating({ effect: 'NoSchedule' }))], now: EDGE },
      { evict: ['a'] },
    ],
    [
      'deletes at the deadline',
      { ...evict, ...closed, physicalLeft: copiesOf('a', 'b'), now: at(60) },
      { phase: 'Forced', evict: [], remove: ['a', 'b'] },
    ],
    ['nor what a DaemonSet would make again', { ...evict, ...closed, pods: [pod('a', { daemon: true })], now: EDGE }, { evict: [] }],
    [
      'never without force',
      { ...withTerms({ drain: 'Evict', force: false }), ...closed, now: EDGE },
      { phase: 'Cordoned', evict: [] },
    ],
    ['Wait evicts nobody', { ...closed, now: EDGE }, { phase: 'Grace', evict: [] }],
  ])('%s', check);
});

describe('evictTolerating', () => {
  const pods = [pod('a', tolerating())];

  it.each<Row>([
    [
      'protects until the deadline',
      { ...withTerms({ evictTolerating: true }), ...closed, pods, now: at(59) },
      { phase: 'Grace', remove: [] },
    ],
    [
      'and no longer',
      { ...withTerms({ evictTolerating: true }), ...forced, pods, physicalLeft: copiesOf('a') },
      { phase: 'Forced', remove: ['a'] },
    ],
    [
      'else the node is Closed with them',
      { ...forced, pods, physicalLeft: copiesOf('a') },
      { phase: 'Closed', reason: 'ToleratingPodsRemain', remove: [], message: expect.stringContaining('default/a') },
    ],
    ['but with nobody else', { ...forced, pods, physicalLeft: copiesOf('a', 'x') }, { phase: 'Forced' }],
  ])('%s', check);
});

describe('asked for', () => {
  it.each<Row>([
    [
      'in an open window: a grace of its own',
      { asked: { at: at(-600), graceSeconds: 30 } },
      { phase: 'Grace', edge: at(-600), deadline: at(-570), wakeAt: at(-570), message: expect.stringContaining('Taken back at 2026-03-06T07:51:00Z') },
    ],
    [
      'then force',
      { asked: { at: at(-700), graceSeconds: 30 } },
      { phase: 'Forced', remove: ['a', 'b'], reason: 'ReclaimForced' },
    ],
    [
      'whatever the policy says about force',
      { ...withTerms({ force: false }), asked: { at: at(-600), graceSeconds: 0 } },
      { phase: 'Forced' },
    ],
    ["with the policy's grace", { asked: { at: at(-600), graceSeconds: null } }, { phase: 'Grace', deadline: at(-540) }],
    [
      'in the grace of the window: the earlier deadline counts',
      { ...closed, asked: { at: at(1), graceSeconds: 10 }, now: at(2) },
      { phase: 'Grace', edge: EDGE, deadline: at(11) },
    ],
    [
      'in the grace of the window, with more: the window counts',
      { ...closed, asked: { at: at(1), graceSeconds: 600 }, now: at(2) },
      { deadline: at(60) },
    ],
    [
      'shortly before the edge, with more than there is: the grace of the window is whole',
      { asked: { at: at(-30), graceSeconds: 600 }, now: at(-30) },
      { phase: 'Grace', edge: at(-30), deadline: at(60) },
    ],
    [
      'while only cordoned',
      { ...withTerms({ force: false }), ...closed, asked: { at: at(600), graceSeconds: 5 }, now: at(600) },
      { phase: 'Grace', deadline: at(605) },
    ],
  ])('%s', check);
});

describe('a node that does not get empty', () => {
  const left = { pods: going, physicalLeft: copiesOf('a', 'b') };
  const nobody = { virtual: [], physical: [] };

  it.each<Row>([
    ['is awaited', { ...forced, ...left, now: at(100) }, { phase: 'Forced', remove: [], stuck: null, wakeAt: at(360) }],
    [
      'is stuck five minutes after the deadline',
      { ...forced, ...left, now: at(360) },
      { phase: 'Forced', stuck: expect.stringContaining('worker/copy-of-a, worker/copy-of-b'), kill: nobody, wakeAt: OPENS },
    ],
    [
      'not while a pod is within its own grace',
      { ...forced, pods: [pod('a', { deleting: true, goneBy: at(600) })], physicalLeft: copiesOf('a'), now: at(400) },
      { stuck: null, wakeAt: at(600) },
    ],
    ['not while the physical cluster was not read', { ...forced, ...left, physicalLeft: null, now: at(400) }, { stuck: null }],
    ['is never cleared by itself', { ...forced, ...left, now: at(86_400) }, { kill: nobody, remove: [] }],
    [
      'nor because somebody asked before it was stuck',
      { ...forced, ...left, asked: { at: at(70), graceSeconds: 0 }, now: at(400) },
      { stuck: expect.any(String), kill: nobody },
    ],
    [
      'nor because somebody asks with a grace',
      { ...forced, ...left, asked: { at: at(390), graceSeconds: 1 }, now: at(400) },
      { kill: nobody },
    ],
    [
      'but because somebody asks for it, from the moment on at which it is',
      { ...forced, ...left, asked: { at: at(360), graceSeconds: 0 }, now: at(400) },
      { kill: { virtual: ['a', 'b'], physical: copiesOf('a', 'b') } },
    ],
    [
      'and names the virtual pods where no copy is left',
      { ...forced, ...left, physicalLeft: [], now: at(400) },
      { stuck: expect.stringContaining('default/a, default/b') },
    ],
    [
      'but because somebody asks for it',
      { ...forced, ...left, asked: { at: at(390), graceSeconds: 0 }, now: at(400) },
      { phase: 'Forced', kill: { virtual: ['a', 'b'], physical: copiesOf('a', 'b') } },
    ],
    [
      'which spares pods that may stay',
      {
        ...forced,
        pods: [...going, pod('c', tolerating())],
        physicalLeft: copiesOf('a', 'c'),
        asked: { at: at(390), graceSeconds: 0 },
        now: at(400),
      },
      { kill: { virtual: ['a', 'b'], physical: copiesOf('a') } },
    ],
    ['and empty at last', { ...forced, pods: [], physicalLeft: [], now: at(500) }, { phase: 'Verified', stuck: null }],
    [
      'a virtual pod that others hold does not count',
      { ...forced, pods: [pod('a', { deleting: true, copied: false })], physicalLeft: [] },
      { phase: 'Verified' },
    ],
  ])('%s', check);
});

describe('who comes late', () => {
  it.each<Row>([
    [
      'gets no copy and is not deleted again and again',
      { ...forced, pods: [pod('late', { copied: false, createdAt: at(62) })], physicalLeft: [], now: at(63) },
      { phase: 'Verified', remove: [] },
    ],
    [
      'not who came at the very moment',
      { ...forced, pods: [pod('just', { copied: false, createdAt: at(60) })], physicalLeft: [], now: at(63) },
      { phase: 'Forced', remove: ['just'] },
    ],
    [
      'goes if it has a copy all the same',
      { ...forced, pods: [pod('late', { createdAt: at(62) })], physicalLeft: copiesOf('late'), now: at(63) },
      { phase: 'Forced', remove: ['late'] },
    ],
    [
      'who came before and never ran goes, to run elsewhere',
      { ...forced, pods: [pod('early', { copied: false, createdAt: at(-9) })], physicalLeft: [] },
      { phase: 'Forced', remove: ['early'] },
    ],
  ])('%s', check);

  it.each<[string, Partial<ReclaimPod>]>([
    ['the label of a placeholder', { labels: { 'kubeocean.io/hostport-fake-pod': 'true' } }],
    ['an opt-in that was taken back', { skipped: true }],
  ])('%s does not hide a pod that runs', (_, change) => {
    const plan = planReclaim({ ...open, ...forced, pods: [pod('a', change)], physicalLeft: copiesOf('a') });
    expect(plan).toMatchObject({ phase: 'Forced', remove: ['a'] });
  });
});

/** What happens when something changes in mid-reclaim: the table of docs/reclaim.md, row by row. */
describe('in mid-reclaim', () => {
  const reopened = { window: { open: true, closesAt: OPENS } } as const;

  it.each<Row>([
    [
      'the window opens again during the grace',
      { ...closed, ...reopened, previous: 'Grace', now: at(30) },
      { phase: 'Open', taint: null, notice: null, remove: [], edge: null },
    ],
    [
      'the window opens again after the deadline',
      { ...forced, ...reopened, pods: going },
      { phase: 'Open', taint: null, remove: [], forcedSince: null },
    ],
    [
      'the grace is made longer during the grace',
      { ...closed, ...withTerms({ graceSeconds: 600 }), previous: 'Grace', now: at(30) },
      { phase: 'Grace', deadline: at(600) },
    ],
    [
      'the grace is made longer after the deadline: nobody else goes before',
      { ...forced, ...withTerms({ graceSeconds: 600 }) },
      { phase: 'Grace', taint: 'NoSchedule', remove: [], deadline: at(600), forcedSince: null },
    ],
    [
      'the grace is made shorter',
      { ...closed, ...withTerms({ graceSeconds: 10 }), previous: 'Grace', now: at(30) },
      { phase: 'Forced', remove: ['a', 'b'] },
    ],
    ['force is taken back', { ...forced, ...withTerms({ force: false }) }, { phase: 'Cordoned', taint: 'NoSchedule', remove: [] }],
    [
      'force is switched on while cordoned: the whole grace counts from there',
      { ...closed, previous: 'Cordoned', now: at(3_600) },
      { phase: 'Grace', edge: at(3_600), deadline: at(3_660) },
    ],
    [
      'Wait becomes Evict',
      { ...closed, ...withTerms({ drain: 'Evict' }), previous: 'Grace', now: at(30) },
      { phase: 'Grace', evict: ['a', 'b'] },
    ],
    [
      'tolerating pods are to go as well',
      {
        ...forced,
        ...withTerms({ evictTolerating: true }),
        previous: 'Closed',
        pods: [pod('a', tolerating())],
        physicalLeft: copiesOf('a'),
      },
      { phase: 'Forced', remove: ['a'] },
    ],
    [
      'an edit closes the window where nothing was to end',
      { window: { open: false, opensAt: OPENS }, edge: null, now: at(7) },
      { phase: 'Grace', edge: at(7), deadline: at(67) },
    ],
  ])('%s', check);
});

it.each<[string, Partial<ReclaimTerms>, number, boolean]>([
  ['no notice, no early end', {}, -1, false],
  ['before the notice', { noticeSeconds: 60 }, -61, false],
  ['from the notice on', { noticeSeconds: 60 }, -60, true],
  ['from the early beginning on', { before: true }, -60, true],
  ['not before', { before: true }, -61, false],
])('isTaintDue: %s', (_, change, seconds, expected) => {
  expect(isTaintDue({ window: { open: true, closesAt: EDGE }, ...withTerms(change), now: at(seconds) })).toBe(expected);
  expect(isTaintDue({ window: { open: false, opensAt: null }, ...withTerms(change), now: at(seconds) })).toBe(true);
});
