import { leasePlan, type LeasePlanFacts } from '../../../../domain/lease-plan';
import { encodeOverride, type OverrideKind } from '../../../../domain/override';
import type { ReclaimPod } from '../../../../domain/reclaim';
import { onWallClock } from '../../../../domain/windows';
import { aPolicy } from '../../../support/builders/policy';

// 2026-03-27 is a Friday, two days before clocks go forward in Berlin.
const NOW = Date.parse('2026-03-27T12:00:00Z');
const DAY = 24 * 60 * 60_000;
const pod = (name: string, change: Partial<ReclaimPod> = {}): ReclaimPod => ({
  ...{ uid: `uid-of-${name}`, namespace: 'default', name, deleting: false, phase: 'Running' },
  ...change,
});
const tolerating = (tolerationSeconds?: number) => ({
  tolerations: [{ key: 'kubeocean.io/out-of-time-windows', operator: 'Exists', tolerationSeconds }],
});
const nights = {
  timeZone: 'Europe/Berlin',
  timeWindows: [{ start: '18:00', end: '07:59' }],
  forceReclaim: true,
  gracefulReclaimPeriodSeconds: 600,
};
const facts: LeasePlanFacts = {
  policy: aPolicy().spec(nights).build(),
  zone: 'UTC',
  pods: [pod('web')],
  now: NOW,
  until: NOW + 2 * DAY,
};
const plan = (change: Partial<LeasePlanFacts> = {}, spec: object = {}) =>
  leasePlan({ ...facts, policy: aPolicy().spec({ ...nights, ...spec }).build(), ...change });

it('lists every edge with its reclaim, on the wall clock of the policy too', () => {
  const reclaim = { noticeAt: null, pods: ['default/web'], staying: [] };
  expect(plan()).toEqual({
    policy: 'nights',
    timeZone: 'Europe/Berlin',
    lending: 'Closed',
    edges: [
      { at: '2026-03-27T17:00:00Z', localTime: '2026-03-27T18:00:00+01:00', lending: 'Open', override: null, exception: null, reclaim: null },
      {
        at: '2026-03-28T07:00:00Z',
        localTime: '2026-03-28T08:00:00+01:00',
        lending: 'Closed',
        override: null,
        exception: null,
        reclaim: { ...reclaim, beginsAt: '2026-03-28T07:00:00Z', deadline: '2026-03-28T07:10:00Z' },
      },
      { at: '2026-03-28T17:00:00Z', localTime: '2026-03-28T18:00:00+01:00', lending: 'Open', override: null, exception: null, reclaim: null },
      {
        at: '2026-03-29T06:00:00Z',
        localTime: '2026-03-29T08:00:00+02:00',
        lending: 'Closed',
        override: null,
        exception: null,
        reclaim: { ...reclaim, beginsAt: '2026-03-29T06:00:00Z', deadline: '2026-03-29T06:10:00Z' },
      },
    ],
  });
});

it.each<[string, object, object]>([
  ['notice', { noticePeriodSeconds: 300 }, { noticeAt: '2026-03-28T06:55:00Z', deadline: '2026-03-28T07:10:00Z' }],
  // The default of a pod's own termination, and what a kubelet needs.
  ['a node empty at the edge', { reclaimBefore: true }, { beginsAt: '2026-03-28T06:50:00Z', deadline: '2026-03-28T06:59:25Z' }],
  ['no force', { forceReclaim: false }, { deadline: null, pods: [], staying: ['default/web'] }],
])('foresees %s', (_, spec, expected) => {
  expect(plan({}, spec).edges[1]?.reclaim).toMatchObject(expected);
});

it.each<[string, ReclaimPod, object, 'hit' | 'staying' | 'neither']>([
  ['a pod', pod('one'), {}, 'hit'],
  ['one that tolerates the end for good', pod('one', tolerating()), {}, 'staying'],
  ['the same where nobody may stay', pod('one', tolerating()), { evictTolerating: true }, 'hit'],
  ['one that tolerates it for a while', pod('one', tolerating(60)), {}, 'hit'],
  ['one that has ended', pod('one', { phase: 'Succeeded' }), {}, 'neither'],
  ['one that is going already', pod('one', { deleting: true }), {}, 'neither'],
  ['one of a system namespace', pod('one', { namespace: 'kube-system' }), {}, 'neither'],
])('of the pods: %s', (_, one, spec, fate) => {
  const { pods, staying } = plan({ pods: [one] }, spec).edges[1]?.reclaim ?? { pods: [], staying: [] };
  const name = [`${one.namespace}/one`];
  expect([pods, staying]).toEqual([fate === 'hit' ? name : [], fate === 'staying' ? name : []]);
});

it('names the exception that makes an edge, at its beginning and at its end', () => {
  const exceptions = [{ date: '2026-03-28', lending: 'Closed', start: '20:00', end: '21:59', reason: 'maintenance' }];
  expect(plan({}, { exceptions }).edges.slice(2, 5).map(({ localTime, lending, exception }) => [localTime, lending, exception])).toEqual([
    ['2026-03-28T18:00:00+01:00', 'Open', null],
    ['2026-03-28T20:00:00+01:00', 'Closed', 'maintenance'],
    ['2026-03-28T22:00:00+01:00', 'Open', 'maintenance'],
  ]);
});

it.each<[string, object, object]>([
  ["the worker's zone where the policy names none", { timeZone: undefined }, { timeZone: 'UTC', lending: 'Closed' }],
  ['nothing while the zone is unknown', { timeZone: 'Mars/Olympus' }, { timeZone: null, lending: 'Closed', edges: [] }],
  ['nothing where it is always open', { timeWindows: [] }, { lending: 'Open', edges: [] }],
])('plans %s', (_, spec, expected) => {
  expect(plan({}, spec)).toMatchObject(expected);
});

it.each([
  ['UTC', '2026-03-29T06:00:00+00:00'],
  ['Europe/Berlin', '2026-03-29T08:00:00+02:00'],
  ['Asia/Kolkata', '2026-03-29T11:30:00+05:30'],
  ['America/St_Johns', '2026-03-29T03:30:00-02:30'],
])('onWallClock of %s', (zone, expected) => {
  expect(onWallClock(zone, Date.parse('2026-03-29T06:00:00Z'))).toBe(expected);
});

/** What somebody asked this noon, in the annotation of the vnode. */
const annotated = (kind: OverrideKind, until: string, expires: string | null = null) => {
  const override = { kind, until: Date.parse(until), expires: expires === null ? null : Date.parse(expires), graceSeconds: 0, at: NOW };
  return { asked: { kept: null, annotation: encodeOverride(override) } };
};
// From Friday evening on; the calendar ends this lease on Saturday at 07:00Z and opens the next at 17:00Z.
const EVENING = { now: Date.parse('2026-03-27T20:00:00Z'), until: Date.parse('2026-03-28T18:00:00Z') };

it.each<[string, Partial<LeasePlanFacts>, object, [string, string, string | null][]]>([
  ['nothing', {}, {}, [['2026-03-28T07:00:00Z', 'Closed', null], ['2026-03-28T17:00:00Z', 'Open', null]]],
  [
    'an extension as far as the lender consents',
    annotated('extend', '2026-03-28T09:00:00Z'),
    { maxExtensionSeconds: 3_600 },
    [['2026-03-28T08:00:00Z', 'Closed', 'extend'], ['2026-03-28T17:00:00Z', 'Open', null]],
  ],
  [
    'an extension into the next window: no edge at all',
    annotated('extend', '2026-03-28T17:30:00Z'),
    { maxExtensionSeconds: 86_400 },
    [],
  ],
  [
    'an earlier end',
    annotated('shorten', '2026-03-28T05:00:00Z', '2026-03-28T17:00:00Z'),
    {},
    [['2026-03-28T05:00:00Z', 'Closed', 'shorten'], ['2026-03-28T17:00:00Z', 'Open', null]],
  ],
  ['a return until the next window', annotated('return', '2026-03-27T19:00:00Z', '2026-03-28T17:00:00Z'), {}, [['2026-03-28T17:00:00Z', 'Open', null]]],
])('follows what was asked of the lease: %s', (_, asked, spec, expected) => {
  const { edges } = plan({ ...EVENING, ...asked }, spec);
  expect(edges.map(({ at, lending, override }) => [at, lending, override])).toEqual(expected);
});

it('says that a returned node is not lent, whatever its window says', () => {
  const asked = annotated('return', '2026-03-27T19:00:00Z', '2026-03-28T17:00:00Z');
  expect([plan(EVENING).lending, plan({ ...EVENING, ...asked }).lending]).toEqual(['Open', 'Closed']);
});
