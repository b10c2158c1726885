import type { TimeWindow } from '../../../../api/names/types';
import { edgesWithin, evaluateWindows, isKnownZone, lastClosing, validateWindows } from '../../../../domain/windows';

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
    expect(evaluateWindows(windows, at(now), 'UTC')).toEqual(state);
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
    expect(evaluateWindows([one], at(now), BERLIN)).toEqual(state);
  });

  it('refuses an unknown zone', () => {
    expect(isKnownZone('Mars/Olympus')).toBe(false);
    expect(isKnownZone('Etc/GMT-3')).toBe(true);
    expect(() => evaluateWindows([], 0, 'Mars/Olympus')).toThrow(RangeError);
  });
});

it('edgesWithin lists openings and closings of a range, the last instant included', () => {
  const range = { after: at('2026-03-06T18:00:00Z'), until: at('2026-03-07T20:01:00Z') };
  expect(edgesWithin([window('18:00', '20:00')], range, 'UTC')).toEqual([
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
  expect(lastClosing(windows, at(now), 'UTC')).toBe(expected === null ? null : at(expected));
});

it('validateWindows names each bad field', () => {
  const windows = [
    window('08:00', '18:00', 'Monday'),
    window('8:00', '24:00', 'mon', 'tuesday', ''),
    { start: '01:00', end: '' },
  ];
  expect(validateWindows(windows).map(({ index, field }) => [index, field])).toEqual([
    [1, 'start'],
    [1, 'end'],
    [1, 'days'],
    [1, 'days'],
    [2, 'end'],
  ]);
  expect(validateWindows(windows)[0]?.message).toBe(
    'spec.timeWindows[1].start is "8:00": write HH:MM, from 00:00 to 23:59.',
  );
  expect(validateWindows(undefined)).toEqual([]);
});
