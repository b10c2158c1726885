import type { TimeWindow } from '../../../../api/names/types';
import { edgesWithin, evaluateWindows, type WindowEdge } from '../../../../domain/windows';

/**
 * The oracle knows nothing of weeks, offsets or clock changes: it asks Intl for the wall clock of every minute of a year
 * and applies the rules of spec leasing.md 1.3 to that minute alone.
 */
const MINUTE = 60_000;
const QUARTER = 15;
const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTES = 365 * 24 * 60;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Day of week * 1440 + minute of day, for every minute of the year. Clocks move on a quarter of an hour only. */
function wallClock(zone: string): Int32Array {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const clock = new Int32Array(MINUTES);
  for (let minute = 0; minute < MINUTES; minute += QUARTER) {
    const [, day = '', hours, minutes] = /^(\w+),? (\d\d):(\d\d)$/.exec(format.format(START + minute * MINUTE)) ?? [];
    const first = DAYS.indexOf(day.toLowerCase()) * 1440 + Number(hours) * 60 + Number(minutes);
    for (let i = 0; i < QUARTER; i++) {
      clock[minute + i] = first + i;
    }
  }
  return clock;
}

function isOpen(windows: readonly TimeWindow[], minuteOfWeek: number): boolean {
  const day = Math.floor(minuteOfWeek / 1440);
  const text = new Date((minuteOfWeek % 1440) * MINUTE).toISOString().slice(11, 16);
  const listed = ({ days = [] }: TimeWindow, index: number) =>
    days.length === 0 || days.some((name) => name.toLowerCase() === DAYS[(index + 7) % 7]);
  return windows.some((window) =>
    window.start <= window.end
      ? listed(window, day) && window.start <= text && text <= window.end
      : (listed(window, day) && window.start <= text) || (listed(window, day - 1) && text <= window.end),
  );
}

function scannedEdges(windows: readonly TimeWindow[], clock: Int32Array): WindowEdge[] {
  const week = Array.from({ length: 7 * 1440 }, (_, minute) => isOpen(windows, minute));
  const edges: WindowEdge[] = [];
  for (let minute = 1; minute < MINUTES; minute++) {
    const opens = week[clock[minute] ?? 0] ?? false;
    if (opens !== week[clock[minute - 1] ?? 0]) {
      edges.push({ at: START + minute * MINUTE, opens });
    }
  }
  return edges;
}

const WINDOWS: readonly TimeWindow[][] = [
  [{ start: '18:00', end: '08:00', days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'] }],
  [{ start: '18:00', end: '08:00', days: ['Friday'] }],
  [{ start: '02:30', end: '02:45' }],
  [{ start: '00:00', end: '00:00' }],
  [
    { start: '23:15', end: '02:10', days: ['Saturday', 'Sunday'] },
    { start: '01:50', end: '03:05' },
  ],
  [
    { start: '00:00', end: '23:59', days: ['Saturday', 'Sunday'] },
    { start: '20:00', end: '23:59', days: ['Friday'] },
  ],
  [{ start: '00:30', end: '00:29' }],
  [
    { start: '01:00', end: '01:29' },
    { start: '01:30', end: '02:15' },
    { start: '02:17', end: '02:59' },
  ],
];

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Pacific/Chatham',
];

describe.each(ZONES)('a year in %s', (zone) => {
  const clock = wallClock(zone);

  it.each(
    WINDOWS.map((windows) => [JSON.stringify(windows.map(({ start, end }) => `${start}-${end}`)), windows] as const),
  )('has the edges that a scan of every minute finds: %s', (_, windows) => {
    const range = { after: START, until: START + (MINUTES - 1) * MINUTE };
    expect(edgesWithin(windows, range, zone)).toEqual(scannedEdges(windows, clock));
  });

  it('is open exactly when the scan says so, at sampled minutes', () => {
    for (let minute = 0; minute < MINUTES; minute += 997) {
      const windows = WINDOWS[minute % WINDOWS.length] ?? [];
      const { open } = evaluateWindows(windows, START + minute * MINUTE + 31_415, zone);
      expect(open).toBe(isOpen(windows, clock[minute] ?? 0));
    }
  });
});
