import type { LeaseException, TimeWindow } from '../../../../api/names/types';
import { type Calendar, edgesWithin, evaluateWindows, type WindowEdge } from '../../../../domain/windows';

/**
 * The oracle knows nothing of weeks, offsets or clock changes: it asks Intl for the wall clock of every minute of a year
 * and applies the rules of spec leasing.md 1.3 and docs/windows.md to that minute alone.
 */
const MINUTE = 60_000;
const QUARTER = 15;
const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTES = 365 * 24 * 60;

/** A day as numbers that compare like its date; `20260329` and 0 for Sunday, and the day before. */
interface Day {
  readonly date: number;
  readonly weekday: number;
  readonly yesterday: Pick<Day, 'date' | 'weekday'>;
}
/** What a clock on the wall shows in each minute of the year; times as `hhmm`. */
interface WallClock {
  readonly days: readonly Day[];
  readonly times: Int16Array;
}

/** Clocks move on a quarter of an hour only, so that Intl is asked once for fifteen minutes. */
function wallClock(zone: string): WallClock {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const known = new Map<string, Day>();
  const days: Day[] = [];
  const times = new Int16Array(MINUTES);
  for (let minute = 0; minute < MINUTES; minute++) {
    if (minute % QUARTER !== 0) {
      days.push(days[minute - 1]!);
      times[minute] = times[minute - 1]! + 1;
      continue;
    }
    const [date = '', time = ''] = format.format(START + minute * MINUTE).split(' ');
    const day = known.get(date) ?? { ...named(date, 0), yesterday: named(date, -1) };
    known.set(date, day);
    days.push(day);
    times[minute] = numberOf(time);
  }
  return { days, times };
}

/** A day by its date, shifted by whole days; noon in UTC is on the same day whatever clocks do. */
function named(date: string, shift: number): Day['yesterday'] {
  const noon = new Date(Date.parse(`${date}T12:00:00Z`) + shift * 1_440 * MINUTE);
  return { date: numberOf(noon.toISOString().slice(0, 10)), weekday: noon.getUTCDay() };
}

const numberOf = (text: string) => Number(text.replaceAll(/\D/g, ''));
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

type Rule = (day: Day, time: number) => boolean;

/** Inside the hours that start on a day for which `starts` holds. */
function hours(start: string, end: string, starts: (day: Day['yesterday']) => boolean): Rule {
  const [first, last] = [numberOf(start), numberOf(end)];
  if (first <= last) return (day, time) => first <= time && time <= last && starts(day);
  return (day, time) => (first <= time && starts(day)) || (time <= last && starts(day.yesterday));
}

function inWindow({ start, end, days = [] }: TimeWindow): Rule {
  return hours(start, end, ({ weekday }) => days.length === 0 || days.includes(WEEKDAYS[weekday] ?? ''));
}

function inException({ date, lastDate = date, start = '00:00', end = '23:59' }: LeaseException): Rule {
  const [first, last] = [numberOf(date), numberOf(lastDate)];
  return hours(start, end, (day) => first <= day.date && day.date <= last);
}

function isOpenBy({ windows = [], exceptions = [] }: Omit<Calendar, 'zone'>): Rule {
  const rulesThat = (lending: string) => exceptions.filter((one) => one.lending === lending).map(inException);
  const [closed, open, weekly] = [rulesThat('Closed'), rulesThat('Open'), windows.map(inWindow)];
  return (day, time) => {
    const holds = (rule: Rule) => rule(day, time);
    return !closed.some(holds) && (open.some(holds) || weekly.length === 0 || weekly.some(holds));
  };
}

function scannedEdges(calendar: Omit<Calendar, 'zone'>, { days, times }: WallClock): WindowEdge[] {
  const isOpen = isOpenBy(calendar);
  const edges: WindowEdge[] = [];
  let before = isOpen(days[0]!, times[0]!);
  for (let minute = 1; minute < MINUTES; minute++) {
    const opens = isOpen(days[minute]!, times[minute]!);
    if (opens !== before) edges.push({ at: START + minute * MINUTE, opens });
    before = opens;
  }
  return edges;
}

const window = (start: string, end: string, ...days: string[]): TimeWindow => ({ start, end, days });
const exception = (lending: 'Open' | 'Closed', date: string, change: Partial<LeaseException> = {}): LeaseException => ({
  date,
  lending,
  reason: 'a test',
  ...change,
});
const NIGHTS = window('18:00', '08:00', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday');
/** Days on which clocks move somewhere in the list of zones. */
const CHANGES = ['2026-03-08', '2026-03-29', '2026-04-05', '2026-04-24', '2026-09-06', '2026-09-27', '2026-10-04', '2026-10-25', '2026-11-01'];

const CALENDARS: Readonly<Record<string, Omit<Calendar, 'zone'>>> = {
  'always open': {},
  'weekday nights': { windows: [NIGHTS] },
  'Friday night, with Saturday not listed': { windows: [window('18:00', '08:00', 'Friday')] },
  'within the hour that many zones skip and repeat': { windows: [window('02:30', '02:45')] },
  'from the skipped hour on': { windows: [window('02:30', '05:00')] },
  'until the skipped or repeated hour': { windows: [window('22:00', '02:30')] },
  'until the last minute before it': { windows: [window('22:00', '01:59')] },
  'one minute at midnight': { windows: [window('00:00', '00:00')] },
  'two that overlap over midnight': { windows: [window('23:15', '02:10', 'Saturday', 'Sunday'), window('01:50', '03:05')] },
  'full days': { windows: [window('00:00', '23:59', 'Saturday', 'Sunday'), window('20:00', '23:59', 'Friday')] },
  'a full day, every day': { windows: [window('00:00', '23:59')] },
  'a full day that wraps': { windows: [window('00:30', '00:29')] },
  'adjacent windows and a minute between': {
    windows: [window('01:00', '01:29'), window('01:30', '02:15'), window('02:17', '02:59')],
  },
  'closed on a day': { windows: [NIGHTS], exceptions: [exception('Closed', '2026-12-24', { lastDate: '2026-12-26' })] },
  'opened inside a closed day': {
    windows: [window('18:00', '22:00', 'Monday')],
    exceptions: [exception('Open', '2026-05-09', { start: '10:00', end: '12:00' })],
  },
  'opened next to a window': {
    windows: [NIGHTS],
    exceptions: [exception('Open', '2026-05-09', { start: '08:01', end: '17:59' }), exception('Open', '2026-05-11', { end: '17:58' })],
  },
  'a night closed over midnight': { exceptions: [exception('Closed', '2026-06-10', { lastDate: '2026-06-12', start: '21:00', end: '03:00' })] },
  'closed beats open': {
    windows: [NIGHTS],
    exceptions: [
      exception('Open', '2026-07-01', { lastDate: '2026-07-20' }),
      exception('Closed', '2026-07-10', { start: '06:00', end: '09:00' }),
      exception('Closed', '2026-07-19', { lastDate: '2026-07-22', start: '23:00', end: '01:00' }),
    ],
  },
  'closed all year round': { exceptions: [exception('Closed', '2026-01-01', { lastDate: '2026-12-31' })] },
  'on the days on which clocks move': {
    windows: [window('01:30', '02:30')],
    exceptions: CHANGES.map((date, i) => exception(i % 2 === 0 ? 'Open' : 'Closed', date, { start: '02:15', end: i % 3 === 0 ? '02:15' : '03:30' })),
  },
  'days on which clocks move, closed and open': {
    windows: [NIGHTS],
    exceptions: CHANGES.map((date, i) => exception(i % 2 === 0 ? 'Open' : 'Closed', date)),
  },
};

/** Two hemispheres, half hours and quarters, one that moves its clock by half an hour, at midnight, for a month, and not at all. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Chatham',
];

describe.each(ZONES)('a year in %s', (zone) => {
  const clock = wallClock(zone);

  it.each(Object.entries(CALENDARS))('has the edges that a scan of every minute finds: %s', (_, calendar) => {
    const range = { after: START, until: START + (MINUTES - 1) * MINUTE };
    expect(edgesWithin({ ...calendar, zone }, range)).toEqual(scannedEdges(calendar, clock));
  });

  it('is open exactly when the scan says so, at sampled minutes', () => {
    const calendars = Object.values(CALENDARS);
    for (let minute = 0; minute < MINUTES; minute += 997) {
      const calendar = calendars[minute % calendars.length] ?? {};
      const { open } = evaluateWindows({ ...calendar, zone }, START + minute * MINUTE + 31_415);
      expect(open).toBe(isOpenBy(calendar)(clock.days[minute]!, clock.times[minute]!));
    }
  });
});
