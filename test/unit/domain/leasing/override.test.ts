import {
  askedBack,
  countingOverride,
  decideExtend,
  decideReclaim,
  decideReturn,
  decideShorten,
  decodeOverride,
  effectiveWindow,
  encodeOverride,
  type LeaseOverride,
  type LeaseTerms,
  parseInstant,
  positionAt,
  steeredWindow,
  type SteeringFacts,
} from '../../../../domain/override';
import type { WindowState } from '../../../../domain/windows';

const at = (text: string) => Date.parse(`2026-03-${text}:00Z`);
const OPENED = at('06T18:00');
const EDGE = at('07T08:01');
const REOPENS = at('07T18:00');
const NOW = at('06T20:00');

const open: WindowState = { open: true, closesAt: EDGE };
const closed: WindowState = { open: false, opensAt: REOPENS };
const endless: WindowState = { open: true, closesAt: null };

const terms: LeaseTerms = {
  policy: 'nights',
  open: true,
  closedAt: null,
  edges: [
    { at: EDGE, opens: false },
    { at: REOPENS, opens: true },
    { at: at('08T08:01'), opens: false },
  ],
  maxExtensionSeconds: 0,
  forceReclaim: true,
  graceSeconds: 600,
  reclaimBefore: false,
};
const alwaysOpen: LeaseTerms = { ...terms, edges: [] };
const facts: SteeringFacts = { phase: 'Lent', terms, override: null, now: NOW };
const asked = { by: 'ana', reason: 'night build' };

const override = (difference: Partial<LeaseOverride> = {}): LeaseOverride => ({
  kind: 'shorten',
  until: at('06T22:00'),
  expires: REOPENS,
  at: NOW - 1_000,
  ...difference,
});
const returned = override({ kind: 'return', until: NOW - 1_000 });
const reclaimed = override({ kind: 'reclaim', until: NOW - 1_000, graceSeconds: 60 });
const extended = override({ kind: 'extend', until: at('07T09:00'), expires: null });

describe('effectiveWindow', () => {
  const limits = { maxExtensionSeconds: 7_200, closedAt: null };
  const morning = at('07T08:30');
  const consent = { ...limits, closedAt: EDGE };
  it.each<[string, WindowState, LeaseOverride | null, typeof limits | typeof consent, number, WindowState]>([
    ['nothing asked', open, null, limits, NOW, open],
    ['shortened, before', open, override(), limits, NOW, { open: true, closesAt: at('06T22:00') }],
    ['shortened, at the very instant', open, override(), limits, at('06T22:00'), { open: false, opensAt: REOPENS }],
    ['shortened, an endless lease', endless, override({ expires: null }), limits, at('06T23:00'), { open: false, opensAt: null }],
    ['shortened, and the policy was edited to close even earlier', { open: true, closesAt: at('06T21:00') }, override(), limits, NOW, { open: true, closesAt: at('06T21:00') }],
    ['shortened, the calendar has closed', closed, override(), limits, morning, closed],
    ['shortened, and the window opened again', { open: true, closesAt: at('08T08:01') }, override(), limits, REOPENS, { open: true, closesAt: at('08T08:01') }],
    ['returned', open, returned, limits, NOW, { open: false, opensAt: REOPENS }],
    ['reclaimed', open, reclaimed, limits, NOW, { open: false, opensAt: REOPENS }],
    ['extended, before the edge', open, extended, limits, NOW, { open: true, closesAt: at('07T09:00') }],
    ['extended, and the policy was edited to close even later', { open: true, closesAt: at('07T10:00') }, extended, limits, NOW, { open: true, closesAt: at('07T10:00') }],
    ['extended, after the edge', closed, extended, consent, morning, { open: true, closesAt: at('07T09:00') }],
    ['extended, at its end', closed, extended, consent, at('07T09:00'), closed],
    ['extended further than the lender allows now', open, extended, { ...limits, maxExtensionSeconds: 600 }, NOW, { open: true, closesAt: EDGE + 600_000 }],
    ['extended further than the lender allows now, at the end of what he allows', closed, extended, { maxExtensionSeconds: 600, closedAt: EDGE }, EDGE + 600_000, closed],
    ['extended, and the lender took his consent back', closed, extended, { maxExtensionSeconds: 0, closedAt: EDGE }, morning, closed],
    ['extended, and the policy was edited to close earlier', closed, extended, { ...limits, closedAt: at('06T21:00') }, at('06T23:30'), closed],
    ['extended, a lease that has become endless', endless, extended, limits, NOW, endless],
    ['extended, never closed in weeks', closed, extended, limits, morning, closed],
  ])('%s', (...[, window, asks, allowed, now, expected]) => {
    expect(effectiveWindow(window, asks, allowed, now)).toEqual(expected);
  });
});

describe('askedBack', () => {
  it.each<[string, LeaseOverride | null, object | null]>([
    ['nothing asked', null, null],
    ['shortened: as at the edge', override(), null],
    ['extended', extended, null],
    ["returned: the policy's grace", returned, { at: returned.until, graceSeconds: null }],
    ["reclaimed: the lender's grace", reclaimed, { at: reclaimed.until, graceSeconds: 60 }],
  ])('%s', (_, asks, expected) => {
    expect(askedBack(asks)).toEqual(expected);
  });
});

describe('the annotation', () => {
  const never = () => null;
  it.each([override(), override({ expires: null }), { ...returned, ...asked }, reclaimed, { ...reclaimed, graceSeconds: 0 }, extended, override({ at: NOW + 7 })])('is read as it was written %#', (one) => {
    expect(decodeOverride(encodeOverride(one), never)).toEqual({ override: one, fault: null });
  });

  it('is compact JSON with RFC 3339 instants', () => {
    expect(encodeOverride({ ...reclaimed, ...asked })).toBe(
      '{"kind":"reclaim","until":"2026-03-06T19:59:59Z","expires":"2026-03-07T18:00:00Z","graceSeconds":60,"by":"ana","reason":"night build","at":"2026-03-06T19:59:59Z"}',
    );
  });

  it('that was written by hand expires when the window opens next', () => {
    const byHand = '{"kind":"return","until":"2026-03-06T21:00:00+01:00","at":"2026-03-06T20:00:00Z"}';
    const sinceAsked = REOPENS - NOW;
    expect(decodeOverride(byHand, (asked) => asked + sinceAsked).override).toEqual({ kind: 'return', until: NOW, expires: REOPENS, at: NOW });
  });

  const valid = { kind: 'shorten', until: '2026-03-06T22:00:00Z', at: '2026-03-06T20:00:00Z' };
  it.each<[string, string | undefined, string | null]>([
    ['absent', undefined, null],
    ['no JSON', 'until tomorrow', 'it is no JSON object'],
    ['no object', '[]', 'it is no JSON object'],
    ['an unknown kind', JSON.stringify({ ...valid, kind: 'Shorten' }), 'kind must be one of extend, shorten, return, reclaim'],
    ['a local time', JSON.stringify({ ...valid, until: '2026-03-06T22:00:00' }), 'until must be an RFC 3339 instant'],
    ['no until', JSON.stringify({ ...valid, until: undefined }), 'until must be an RFC 3339 instant'],
    ['a bad expiry', JSON.stringify({ ...valid, expires: 5 }), 'expires must be an RFC 3339 instant or null'],
    ['a negative grace', JSON.stringify({ ...valid, graceSeconds: -1 }), 'graceSeconds must be a whole number of at least 0'],
    ['a reclaim without grace', JSON.stringify({ ...valid, kind: 'reclaim' }), 'graceSeconds is missing'],
    ['no time of asking', JSON.stringify({ ...valid, at: undefined }), 'at must be an RFC 3339 instant'],
    ['a number for a name', JSON.stringify({ ...valid, by: 7 }), 'by must be a string'],
  ])('that is %s is no override', (_, text, fault) => {
    expect(decodeOverride(text, never)).toEqual({ override: null, fault });
  });
});

describe('countingOverride', () => {
  const annotation = encodeOverride(override());
  const never = () => null;
  it.each<[string, Parameters<typeof countingOverride>[0], number, LeaseOverride | null]>([
    ['nothing known', undefined, NOW, null],
    ['a workflow that began afresh', { kept: null, annotation }, NOW, override()],
    ['the workflow remembers something newer', { kept: returned, annotation }, NOW, returned],
    ['the workflow ended it', { kept: null, endedAt: override().at, annotation }, NOW, null],
    ['written by hand after that', { kept: null, endedAt: override().at - 1_000, annotation }, NOW, override()],
    ['expired in the annotation', { kept: null, annotation }, REOPENS, null],
    ['expired in the workflow, still in the annotation', { kept: override(), annotation }, REOPENS, null],
    ['an extension at its end', { kept: extended }, extended.until, null],
  ])('%s', (_, known, now, expected) => {
    expect(countingOverride(known, never, now)).toEqual({ override: expected, fault: null });
  });
});

describe('steeredWindow', () => {
  const byHand = (kind: string, askedAt: string) => {
    const annotation = JSON.stringify({ kind, until: `2026-03-${askedAt}:00Z`, at: `2026-03-${askedAt}:00Z` });
    return { asked: { kept: null, annotation }, now: at(askedAt) + 1_000 };
  };
  const nights = { windows: [{ start: '18:00', end: '08:00' }], zone: 'UTC' };
  it.each<[string, Parameters<typeof steeredWindow>[1], string, number | null]>([
    ['in a window: until the next one opens', nights, '06T20:00', REOPENS],
    ['before a window: until it opens', nights, '07T10:00', REOPENS],
    ['of a lease without end: for good', { zone: 'UTC' }, '06T20:00', null],
  ])('a return by hand counts %s', (_, calendar, askedAt, expires) => {
    expect(steeredWindow({}, calendar, byHand('return', askedAt)).override).toMatchObject({ kind: 'return', expires });
  });

  it('an extension is measured from the last closing', () => {
    const asked = { kept: extended };
    expect(steeredWindow({ maxExtensionSeconds: 7_200 }, nights, { asked, now: at('07T08:30') }).window).toEqual({ open: true, closesAt: at('07T09:00') });
  });
});

describe('positionAt', () => {
  it.each([
    [NOW, { open: true, edge: EDGE, opensNext: REOPENS }],
    [EDGE, { open: false, edge: EDGE, opensNext: REOPENS }],
    [REOPENS, { open: true, edge: at('08T08:01'), opensNext: null }],
  ])('follows the edges without another pass %#', (now, expected) => {
    expect(positionAt(terms, now)).toEqual(expected);
  });

  it('knows where the window closed before the pass', () => {
    const later = { ...terms, open: false, closedAt: OPENED - 1, edges: [{ at: OPENED, opens: true }] };
    expect(positionAt(later, OPENED - 1)).toEqual({ open: false, edge: OPENED - 1, opensNext: OPENED });
  });
});

type Difference = Partial<SteeringFacts> & { readonly allow?: number };
const granted = (until: number, result: Partial<LeaseOverride> | null) => ({
  granted: true,
  until,
  override: result === null ? null : { until, ...asked, at: NOW, ...result },
});
const refused = (why: string) => ({ granted: false, why: expect.stringContaining(why) });
const withTerms = ({ allow, ...difference }: Difference): SteeringFacts => {
  const known = { ...facts, ...difference };
  return { ...known, terms: known.terms && { ...known.terms, maxExtensionSeconds: allow ?? 0 } };
};

describe('decideExtend', () => {
  const grace = at('07T08:05');
  it.each<[string, number, Difference, object]>([
    ['past the edge without consent', EDGE + 60_000, {}, refused('spec.maxExtensionSeconds of ResourceLeasingPolicy nights')],
    ['past the edge with consent', EDGE + 60_000, { allow: 60 }, granted(EDGE + 60_000, { kind: 'extend', expires: null })],
    ['past the edge without consent, and who could give it', EDGE + 60_000, {}, refused('only its lender may allow more')],
    ['a second too far', EDGE + 61_000, { allow: 60 }, refused('at most until 2026-03-07T08:02:00Z')],
    ['back to the edge after a shortening', EDGE, { override: override() }, granted(EDGE, null)],
    ['half the way back', at('06T23:00'), { override: override() }, granted(at('06T23:00'), { kind: 'shorten', expires: REOPENS })],
    ['back in the grace of a return', at('06T23:00'), { override: returned, phase: 'Grace' }, granted(at('06T23:00'), { kind: 'shorten', expires: REOPENS })],
    ['after a reclaim by the lender', EDGE, { override: reclaimed, phase: 'Grace' }, refused('The lender took the node back')],
    ['to where it ends already', EDGE, {}, { granted: true, until: EDGE, override: null }],
    ['to where it ends already, shortened', at('06T22:00'), { override: override() }, { granted: true, until: at('06T22:00'), override: override() }],
    ['to earlier than its end', at('06T23:00'), {}, refused('shortenLease')],
    ['to the past', NOW, {}, refused('is past')],
    ['an endless lease', EDGE, { terms: alwaysOpen }, refused('has no end')],
    ['an endless lease that was shortened', at('06T23:00'), { terms: alwaysOpen, override: override({ expires: null }) }, granted(at('06T23:00'), { kind: 'shorten', expires: null })],
    ['in the grace after the edge, with consent', at('07T08:30'), { now: grace, phase: 'Grace', allow: 3_600 }, granted(at('07T08:30'), { kind: 'extend', expires: null, at: grace })],
    ['in the grace after the edge, without', at('07T08:30'), { now: grace, phase: 'Grace' }, refused('The window closes at')],
    ['cordoned after the edge, with consent', at('07T08:30'), { now: grace, phase: 'Cordoned', allow: 3_600 }, granted(at('07T08:30'), { kind: 'extend', expires: null, at: grace })],
    ['noticed before the edge', EDGE, { phase: 'Noticed', override: override() }, granted(EDGE, null)],
    ['forced', at('07T08:30'), { now: grace, phase: 'Forced', allow: 3_600 }, refused('too far gone (Forced)')],
    ['closed', at('07T08:30'), { now: grace, phase: 'Closed', allow: 3_600 }, refused('too far gone')],
    ['returning', EDGE, { phase: 'Returning' }, refused('given back for good')],
    ['not lent yet', EDGE, { phase: 'Starting', terms: null }, refused('not lent yet')],
    ['further, once extended', EDGE + 120_000, { allow: 120, override: override({ kind: 'extend', until: EDGE + 60_000, expires: null }) }, granted(EDGE + 120_000, { kind: 'extend', expires: null })],
  ])('%s', (_, until, difference, expected) => {
    expect(decideExtend(withTerms(difference), until, asked)).toEqual(expected);
  });
});

describe('decideShorten', () => {
  it.each<[string, number, Difference, object]>([
    ['to earlier', at('06T22:00'), {}, granted(at('06T22:00'), { kind: 'shorten', expires: REOPENS })],
    ['to earlier still', at('06T21:00'), { override: override() }, granted(at('06T21:00'), { kind: 'shorten', expires: REOPENS })],
    ['to where it ends', EDGE, {}, { granted: true, until: EDGE, override: null }],
    ['to after its end', EDGE + 1_000, {}, refused('extendLease')],
    ['to the past', NOW, {}, refused('returnLease')],
    ['an endless lease', at('06T22:00'), { terms: alwaysOpen }, granted(at('06T22:00'), { kind: 'shorten', expires: null })],
    ['an extension, partly', EDGE + 60_000, { override: extended }, granted(EDGE + 60_000, { kind: 'extend', expires: null })],
    ['an extension, to the edge', EDGE, { override: extended }, granted(EDGE, null)],
    ['after it ended', EDGE + 120_000, { now: EDGE + 60_000, phase: 'Grace' }, refused('has ended already')],
    ['at its very end', EDGE + 120_000, { now: EDGE, phase: 'Grace' }, refused('has ended already')],
    ['after a return', at('06T22:00'), { override: returned, phase: 'Grace' }, refused('has ended already')],
    ['returning', at('06T22:00'), { phase: 'Returning' }, refused('given back for good')],
    ['not lent yet', at('06T22:00'), { terms: null, phase: 'Starting' }, refused('not lent yet')],
  ])('%s', (_, until, difference, expected) => {
    expect(decideShorten(withTerms(difference), until, asked)).toEqual(expected);
  });
});

describe('decideReturn', () => {
  const unforced = { ...terms, forceReclaim: false };
  const after = EDGE + 60_000;
  it.each<[string, Difference, object]>([
    ['while it is lent', {}, granted(NOW, { kind: 'return', expires: REOPENS })],
    ['an endless lease: until a resync', { terms: alwaysOpen }, granted(NOW, { kind: 'return', expires: null })],
    ['one that was extended', { override: extended, now: after }, granted(after, { kind: 'return', expires: REOPENS, at: after })],
    ['cordoned by a policy that never evicts', { terms: unforced, now: after, phase: 'Cordoned' }, granted(after, { kind: 'return', expires: REOPENS, at: after })],
    ['in the grace period', { now: after, phase: 'Grace' }, refused('on its way back already')],
    ['at the very edge', { now: EDGE, phase: 'Lent' }, refused('on its way back already')],
    ['twice', { override: returned, terms: unforced, phase: 'Grace' }, refused('on its way back already')],
    ['closed', { now: after, phase: 'Closed' }, refused('on its way back already')],
    ['returning', { phase: 'Returning' }, refused('given back for good')],
    ['not lent yet', { terms: null, phase: 'Starting' }, refused('not lent yet')],
  ])('%s', (_, difference, expected) => {
    expect(decideReturn(withTerms(difference), asked)).toEqual(expected);
  });
});

describe('decideReclaim', () => {
  const reclaim = (graceSeconds: number, expires: number | null = REOPENS) => granted(NOW, { kind: 'reclaim', graceSeconds, expires });
  it.each<[string, number, Difference, object]>([
    ['while it is lent', 60, {}, reclaim(60)],
    ['at once', 0, {}, reclaim(0)],
    ['an endless lease: until a resync', 60, { terms: alwaysOpen }, reclaim(60, null)],
    ['in the grace period', 60, { phase: 'Grace' }, reclaim(60)],
    ['forced, with another grace', 60, { phase: 'Forced' }, refused('only graceSeconds 0')],
    ['forced, at once', 0, { phase: 'Forced' }, reclaim(0)],
    ['returning', 30, { phase: 'Returning', terms: null }, reclaim(30, null)],
    ['returned', 0, { phase: 'Returned' }, refused('has been given back')],
    ['not lent yet', 0, { phase: 'Starting', terms: null }, refused('not lent yet')],
  ])('%s', (_, graceSeconds, difference, expected) => {
    expect(decideReclaim(withTerms(difference), graceSeconds, asked)).toEqual(expected);
  });
});

describe('parseInstant', () => {
  it.each([
    ['2026-03-06T20:00:00Z', NOW],
    ['2026-03-06T21:00:00+01:00', NOW],
    ['2026-03-06t20:00:00.000z', NOW],
    ['2026-03-06T20:00:00', null],
    ['2026-03-06', null],
    ['2026-13-06T20:00:00Z', null],
    ['tomorrow', null],
    ['', null],
    [1_772_827_200_000, null],
    [null, null],
  ])('%s', (text, expected) => {
    expect(parseInstant(text)).toBe(expected);
  });
});
