import type { LeaseException, TimeWindow } from '../../../../api/names/types';
import {
  type Calendar,
  calendarOf,
  type CalendarSpec,
  edgesWithin,
  evaluateWindows,
  exceptionAt,
  isKnownZone,
  lastClosing,
  validateCalendar,
} from '../../../../domain/windows';

const at = (text: string) => Date.parse(text);
const BERLIN = 'Europe/Berlin';
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];
const window = (start: string, end: string, ...days: string[]): TimeWindow => ({ start, end, days });
const open = (text: string | null) => ({ open: true, closesAt: text === null ? null : at(text) });
const closed = (text: string | null) => ({ open: false, opensAt: text === null ? null : at(text) });

describe('evaluateWindows', () => {
  // 2026-03-06 is a Friday.
  it.each<[string, readonly TimeWindow[] | undefined, string, object]>([
    ['absent windows are always open', undefined, '2026-03-06T12:00:00Z', open(null)],
    ['no windows are always open', [], '2026-03-06T12:00:00Z', open(null)],
    ['before the start', [window('18:00', '20:00')], '2026-03-06T17:59:59.999Z', closed('2026-03-06T18:00:00Z')],
    ['the start is inside', [window('18:00', '20:00')], '2026-03-06T18:00:00Z', open('2026-03-06T20:01:00Z')],
    ['the end minute is inside', [window('18:00', '20:00')], '2026-03-06T20:00:59.999Z', open('2026-03-06T20:01:00Z')],
    ['the minute after is not', [window('18:00', '20:00')], '2026-03-06T20:01:00Z', closed('2026-03-07T18:00:00Z')],
    ['one minute a day', [window('18:00', '18:00')], '2026-03-06T18:00:30Z', open('2026-03-06T18:01:00Z')],
    ['a full day never closes', [window('00:00', '23:59')], '2026-03-06T12:00:00Z', open(null)],
    ['a wrapped full day never closes', [window('08:00', '07:59')], '2026-03-06T12:00:00Z', open(null)],
    [
      'five full days close on Saturday',
      [window('00:00', '23:59', ...weekdays)],
      '2026-03-04T12:00:00Z',
      open('2026-03-07T00:00:00Z'),
    ],
    [
      'a wrap belongs to the day it started',
      [window('18:00', '08:00', 'Friday')],
      '2026-03-07T07:00:00Z',
      open('2026-03-07T08:01:00Z'),
    ],
    [
      'not to the day before',
      [window('18:00', '08:00', 'Friday')],
      '2026-03-06T07:00:00Z',
      closed('2026-03-06T18:00:00Z'),
    ],
    [
      'a wrap over the end of the week',
      [window('22:00', '02:00', 'saturday')],
      '2026-03-07T23:30:00Z',
      open('2026-03-08T02:01:00Z'),
    ],
    [
      'weekday nights, on Sunday',
      [window('18:00', '08:00', ...weekdays)],
      '2026-03-08T12:00:00Z',
      closed('2026-03-09T18:00:00Z'),
    ],
    [
      'adjacent windows are one',
      [window('08:00', '11:59'), window('12:00', '17:59')],
      '2026-03-06T09:00:00Z',
      open('2026-03-06T18:00:00Z'),
    ],
    [
      'a minute between is an edge',
      [window('08:00', '11:58'), window('12:00', '17:59')],
      '2026-03-06T09:00:00Z',
      open('2026-03-06T11:59:00Z'),
    ],
    [
      'overlapping windows are one',
      [window('08:00', '12:00'), window('10:00', '14:00')],
      '2026-03-06T09:00:00Z',
      open('2026-03-06T14:01:00Z'),
    ],
    [
      'one inside the other',
      [window('08:00', '18:00'), window('10:00', '14:00')],
      '2026-03-06T09:00:00Z',
      open('2026-03-06T18:01:00Z'),
    ],
    [
      'adjacent over midnight',
      [window('20:00', '23:59'), window('00:00', '03:00')],
      '2026-03-07T23:00:00Z',
      open('2026-03-08T03:01:00Z'),
    ],
    ['an invalid window never opens', [window('9:00', '24:00')], '2026-03-06T12:00:00Z', closed(null)],
    [
      'the valid one still counts',
      [window('', '10:00'), window('18:00', '20:00')],
      '2026-03-06T19:00:00Z',
      open('2026-03-06T20:01:00Z'),
    ],
    ['an abbreviated day never matches', [window('08:00', '18:00', 'fri')], '2026-03-06T12:00:00Z', closed(null)],
    [
      'the full name among others does',
      [window('08:00', '18:00', 'sat', 'FRIDAY')],
      '2026-03-06T12:00:00Z',
      open('2026-03-06T18:01:00Z'),
    ],
  ])('%s', (_, windows, now, state) => {
    expect(evaluateWindows({ windows, zone: 'UTC' }, at(now))).toEqual(state);
  });

  // Berlin 2026: 02:00 → 03:00 on March 29 (01:00Z), 03:00 → 02:00 on October 25 (01:00Z).
  it.each<[string, TimeWindow, string, object]>([
    ['wall clock, winter', window('18:00', '20:00'), '2026-01-15T17:00:00Z', open('2026-01-15T19:01:00Z')],
    ['wall clock, summer', window('18:00', '20:00'), '2026-07-15T16:00:00Z', open('2026-07-15T18:01:00Z')],
    ['over the short night', window('22:00', '06:00'), '2026-03-28T22:00:00Z', open('2026-03-29T04:01:00Z')],
    ['over the long night', window('22:00', '06:00'), '2026-10-24T21:00:00Z', open('2026-10-25T05:01:00Z')],
    [
      'starts in the skipped hour: at the jump',
      window('02:30', '04:00'),
      '2026-03-29T00:30:00Z',
      closed('2026-03-29T01:00:00Z'),
    ],
    [
      'ends in the skipped hour: at the jump',
      window('01:00', '02:30'),
      '2026-03-29T00:30:00Z',
      open('2026-03-29T01:00:00Z'),
    ],
    [
      'ends at the last minute before it',
      window('01:00', '01:59'),
      '2026-03-29T00:30:00Z',
      open('2026-03-29T01:00:00Z'),
    ],
    [
      'within the skipped hour: not that night',
      window('02:15', '02:45'),
      '2026-03-29T00:30:00Z',
      closed('2026-03-30T00:15:00Z'),
    ],
    [
      'ends in the repeated hour: first time',
      window('01:00', '02:30'),
      '2026-10-25T00:00:00Z',
      open('2026-10-25T00:31:00Z'),
    ],
    [
      'and the repeated minutes are inside again',
      window('01:00', '02:30'),
      '2026-10-25T00:31:00Z',
      closed('2026-10-25T01:00:00Z'),
    ],
    ['second time', window('01:00', '02:30'), '2026-10-25T01:00:00Z', open('2026-10-25T01:31:00Z')],
    [
      'ends after the repeated hour: no edge in it',
      window('01:00', '03:00'),
      '2026-10-25T00:00:00Z',
      open('2026-10-25T02:01:00Z'),
    ],
    [
      'starts in the repeated hour: first time',
      window('02:30', '04:00'),
      '2026-10-24T23:59:00Z',
      closed('2026-10-25T00:30:00Z'),
    ],
  ])('daylight saving: %s', (_, one, now, state) => {
    expect(evaluateWindows({ windows: [one], zone: BERLIN }, at(now))).toEqual(state);
  });

  // 2026-05-09 is a Saturday.
  const exception = (lending: 'Open' | 'Closed', date: string, change: Partial<LeaseException> = {}): LeaseException => ({
    date,
    lending,
    reason: 'some reason',
    ...change,
  });
  const nights = window('18:00', '08:00', ...weekdays);
  it.each<[string, Omit<Calendar, 'zone'>, string, object]>([
    [
      'a closed day closes at its first minute',
      { windows: [nights], exceptions: [exception('Closed', '2026-05-06')] },
      '2026-05-05T20:00:00Z',
      open('2026-05-06T00:00:00Z'),
    ],
    [
      "a window of a closed day goes on after it, in the next day's minutes",
      { windows: [nights], exceptions: [exception('Closed', '2026-05-06')] },
      '2026-05-06T12:00:00Z',
      closed('2026-05-07T00:00:00Z'),
    ],
    [
      'a night is closed by its hours',
      { windows: [nights], exceptions: [exception('Closed', '2026-05-06', { start: '18:00', end: '08:00' })] },
      '2026-05-06T12:00:00Z',
      closed('2026-05-07T18:00:00Z'),
    ],
    [
      'open inside a closed day',
      { windows: [nights], exceptions: [exception('Open', '2026-05-09', { start: '10:00', end: '11:59' })] },
      '2026-05-09T08:01:00Z',
      closed('2026-05-09T10:00:00Z'),
    ],
    [
      'and closes with its end minute',
      { windows: [nights], exceptions: [exception('Open', '2026-05-09', { start: '10:00', end: '11:59' })] },
      '2026-05-09T10:00:00Z',
      open('2026-05-09T12:00:00Z'),
    ],
    [
      'an opening that touches a window makes no edge',
      { windows: [nights], exceptions: [exception('Open', '2026-05-09', { start: '08:01', end: '11:59' })] },
      '2026-05-09T07:00:00Z',
      open('2026-05-09T12:00:00Z'),
    ],
    [
      'Closed beats Open, listed first',
      { exceptions: [exception('Closed', '2026-05-09', { end: '11:59' }), exception('Open', '2026-05-09')] },
      '2026-05-09T01:00:00Z',
      closed('2026-05-09T12:00:00Z'),
    ],
    [
      'Closed beats Open, listed last',
      { exceptions: [exception('Open', '2026-05-09'), exception('Closed', '2026-05-09', { end: '11:59' })] },
      '2026-05-09T01:00:00Z',
      closed('2026-05-09T12:00:00Z'),
    ],
    [
      'days in a row are one',
      { exceptions: [exception('Closed', '2026-12-24', { lastDate: '2027-01-01' })] },
      '2026-12-25T12:00:00Z',
      closed('2027-01-02T00:00:00Z'),
    ],
    [
      'Closed without windows closes what is always open',
      { exceptions: [exception('Closed', '2026-12-24')] },
      '2026-05-09T12:00:00Z',
      open('2026-12-24T00:00:00Z'),
    ],
    ['one in the past', { exceptions: [exception('Closed', '2026-05-08')] }, '2026-05-09T00:00:00Z', open(null)],
    [
      'as many days as may be',
      { exceptions: [exception('Closed', '2026-05-09', { lastDate: '2027-05-10' })] },
      '2026-05-09T12:00:00Z',
      closed('2027-05-11T00:00:00Z'),
    ],
    ['a day more', { exceptions: [exception('Closed', '2026-05-09', { lastDate: '2027-05-11' })] }, '2026-05-09T12:00:00Z', open(null)],
    ['a closed decade', { exceptions: decade() }, '2026-05-09T00:00:00Z', closed('2036-01-02T00:00:00Z')],
    [
      'an invalid one says nothing',
      { exceptions: [exception('Closed', '2026-02-30'), exception('Closed', '2026-05-01', { lastDate: '2030-05-01' })] },
      '2026-05-09T12:00:00Z',
      open(null),
    ],
    [
      'opens although every window is invalid',
      { windows: [window('', '')], exceptions: [exception('Open', '2026-05-09')] },
      '2026-05-09T12:00:00Z',
      open('2026-05-10T00:00:00Z'),
    ],
  ])('exceptions: %s', (_, calendar, now, state) => {
    expect(evaluateWindows({ ...calendar, zone: 'UTC' }, at(now))).toEqual(state);
  });

  /** Closed from 2026 until 2036-01-01, a year at a time. */
  function decade(): LeaseException[] {
    return Array.from({ length: 10 }, (_, i) => exception('Closed', `${2026 + i}-01-01`, { lastDate: `${2027 + i}-01-01` }));
  }

  it.each([
    ['closed by the later one too', '2026-05-09T12:00:00Z', 'Closed'],
    ['open', '2026-05-09T13:00:00Z', 'Open'],
    ['over', '2026-05-10T00:00:00Z', undefined],
  ])('exceptionAt tells which one decides: %s', (_, now, lending) => {
    const exceptions = [exception('Open', '2026-05-09'), exception('Closed', '2026-05-09', { end: '12:59' })];
    expect(exceptionAt({ exceptions, zone: 'UTC' }, at(now))?.lending).toBe(lending);
  });

  it('never opens in an unknown zone, without windows neither', () => {
    expect(isKnownZone('Mars/Olympus')).toBe(false);
    expect(isKnownZone('Etc/GMT-3')).toBe(true);
    expect(evaluateWindows({ zone: 'Mars/Olympus' }, 0)).toEqual({ open: false, opensAt: null });
    expect(edgesWithin({ windows: [window('18:00', '20:00')], zone: 'Mars/Olympus' }, { after: 0, until: 1e12 })).toEqual([]);
  });
});

it('edgesWithin lists openings and closings of a range, the last instant included', () => {
  const range = { after: at('2026-03-06T18:00:00Z'), until: at('2026-03-07T20:01:00Z') };
  expect(edgesWithin({ windows: [window('18:00', '20:00')], zone: 'UTC' }, range)).toEqual([
    { at: at('2026-03-06T20:01:00Z'), opens: false },
    { at: at('2026-03-07T18:00:00Z'), opens: true },
    { at: at('2026-03-07T20:01:00Z'), opens: false },
  ]);
});

it.each<[string, TimeWindow[], string, string | null]>([
  ['this morning', [window('18:00', '08:00')], '2026-03-06T12:00:00Z', '2026-03-06T08:01:00Z'],
  ['at the very edge', [window('18:00', '08:00')], '2026-03-06T08:01:00Z', '2026-03-06T08:01:00Z'],
  ['a week ago', [window('18:00', '19:00', 'Friday')], '2026-03-06T12:00:00Z', '2026-02-27T19:01:00Z'],
  ['never', [], '2026-03-06T12:00:00Z', null],
])('lastClosing: %s', (_, windows, now, expected) => {
  expect(lastClosing({ windows, zone: 'UTC' }, at(now))).toBe(expected === null ? null : at(expected));
});

it('lastClosing looks past a week whose night lost the hour', () => {
  const calendar = { windows: [window('02:10', '02:40', 'Sunday')], zone: BERLIN };
  expect(lastClosing(calendar, at('2026-04-04T12:00:00Z'))).toBe(at('2026-03-22T01:41:00Z'));
});

it('validateCalendar names each bad field', () => {
  const timeWindows = [
    window('08:00', '18:00', 'Monday'),
    window('8:00', '24:00', 'mon', 'tuesday', ''),
    { start: '01:00', end: '' },
  ];
  const some: LeaseException = { date: '2026-12-24', lending: 'Closed', reason: 'Christmas' };
  const exceptions: LeaseException[] = [
    some,
    { ...some, date: '2026-02-30', start: '7:00', end: '24:00' },
    { ...some, lastDate: '2026-12-23' },
    { ...some, lastDate: '2028-01-01' },
    { ...some, lastDate: 'tomorrow' },
    { ...some, date: '9999-12-31' },
    { ...some, lastDate: '2027-12-25' },
  ];
  const problems = validateCalendar({ timeWindows, exceptions, timeZone: 'Mars/Olympus' });
  expect(problems.map(({ path }) => path)).toEqual([
    'spec.timeZone',
    'spec.timeWindows[1].start',
    'spec.timeWindows[1].end',
    'spec.timeWindows[1].days[0]',
    'spec.timeWindows[1].days[2]',
    'spec.timeWindows[2].end',
    'spec.exceptions[1].date',
    'spec.exceptions[1].start',
    'spec.exceptions[1].end',
    'spec.exceptions[2].lastDate',
    'spec.exceptions[3].lastDate',
    'spec.exceptions[4].lastDate',
    'spec.exceptions[5].date',
  ]);
  expect(problems.slice(0, 2).map(({ message }) => message)).toEqual([
    'spec.timeZone is "Mars/Olympus": write an IANA time zone such as Europe/Berlin; until then nothing is newly lent and nothing evicted.',
    'spec.timeWindows[1].start is "8:00": write HH:MM, from 00:00 to 23:59.',
  ]);
  expect(validateCalendar({})).toEqual([]);
});

it.each<[CalendarSpec, string]>([
  [{}, 'Asia/Tokyo'],
  [{ timeZone: 'Europe/Berlin' }, 'Europe/Berlin'],
])('calendarOf %j counts in %s', (spec, zone) => {
  expect(calendarOf(spec, 'Asia/Tokyo').zone).toBe(zone);
});
