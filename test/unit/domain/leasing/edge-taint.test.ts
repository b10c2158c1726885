import type { Taint } from 'kubernetes-types/core/v1';
import { Annotation, Taint as TaintKey } from '../../../../api/names/keys';
import { toRfc3339 } from '../../../../domain/conditions';
import { NO_TERMS } from '../../../../domain/reclaim';
import { announcedEndOf, type EdgeFacts, edgeTaint, reclaimBeganAt } from '../../../../domain/vnode';
import { aNode } from '../../../support/builders/node';

const MINUTE = 60_000;
const END = Date.parse('2026-03-02T08:01:00Z');
const OTHERS = { key: 'team', value: 'a', effect: 'NoSchedule' };

/** A window taint of that effect. */
const windowTaint = (effect: string, timeAdded?: number) => ({
  ...{ key: TaintKey.OutOfTimeWindows, value: 'true', effect },
  ...(timeAdded === undefined ? {} : { timeAdded: toRfc3339(timeAdded) }),
});

interface Row extends Partial<Omit<EdgeFacts, 'live'>> {
  readonly what: string;
  readonly taints?: readonly object[];
  /** Null: none. */
  readonly announced?: number | null;
  /** Since when the patch says that the window is closed; undefined: there is no patch. */
  readonly since?: number;
  readonly dueAt?: number | null;
}

const REPEATED = { ...NO_TERMS, graceSeconds: 600 };
const BEFORE = { ...REPEATED, before: true };

test.each<Row>([
  { what: 'a closed window whose end was announced begins at that end', since: END },
  { what: 'a window closed by an edit, long before its end, begins now', announced: END + 30 * MINUTE, since: END + 5_000 },
  { what: 'a closed window of a vnode that told no end begins now', announced: null, since: END + 5_000 },
  { what: 'a grace before the end, where the end is to find the node empty', terms: BEFORE, window: { open: true, closesAt: END }, now: END - 9 * MINUTE, since: END - 10 * MINUTE },
  { what: 'not sooner than that', terms: BEFORE, window: { open: true, closesAt: END }, now: END - 11 * MINUTE, dueAt: END - 10 * MINUTE },
  { what: 'an edit that asks for it within the grace begins now', terms: BEFORE, window: { open: true, closesAt: END }, announced: END + 30 * MINUTE, now: END - 9 * MINUTE, since: END - 9 * MINUTE },
  { what: 'an open window asks for nothing before its end', window: { open: true, closesAt: END }, now: END - 1, dueAt: END },
  { what: 'a window without an end never asks', window: { open: true, closesAt: null }, dueAt: null },
  { what: 'what has the taint is left alone', taints: [windowTaint('NoSchedule', END)] },
  { what: 'what is being emptied by force is left alone', taints: [windowTaint('NoExecute', END)] },
  { what: 'the taint of a notice is replaced', taints: [OTHERS, windowTaint('PreferNoSchedule')], since: END },
])('$what', ({ taints = [OTHERS], announced = END, window = { open: false, opensAt: null }, terms = REPEATED, now = END + 5_000, since, dueAt = null }) => {
  const { metadata } = aNode().build();
  const annotations = announced === null ? {} : { [Annotation.LeaseEndsAt]: toRfc3339(announced) };
  const live = { metadata: { ...metadata, annotations }, spec: { taints } } as EdgeFacts['live'];
  const patch = { metadata: { resourceVersion: '5' }, spec: { taints: [OTHERS, windowTaint('NoSchedule', since)] } };
  expect(edgeTaint({ window, terms, live, now })).toEqual({ patch: since === undefined ? null : patch, dueAt });
});

test('an end that nobody can read is none', () => {
  const { metadata } = aNode().build();
  expect(announcedEndOf({ metadata: { ...metadata, annotations: { [Annotation.LeaseEndsAt]: 'soon' } } })).toBeNull();
  expect(announcedEndOf(null)).toBeNull();
});

it.each<[string, Partial<Taint>[], string | null]>([
  ['no taint', [], null],
  ["a taint of somebody else's", [{ key: 'a', timeAdded: '2026-03-01T00:00:00Z' }], null],
  ['the taint of a notice, which has no time', [{ key: 'kubeocean.io/out-of-time-windows', effect: 'PreferNoSchedule' }], null],
  ['that of a window that has closed', [{ key: 'a' }, { key: 'kubeocean.io/out-of-time-windows', timeAdded: '2026-03-06T18:30:00Z' }], '2026-03-06T18:30:00Z'],
])('reclaimBeganAt of %s', (_, taints, expected) => {
  const instant = reclaimBeganAt({ spec: { taints: taints as Taint[] } });
  expect(instant).toBe(expected === null ? null : Date.parse(expected));
});
