import type { LeaseException, TimeWindow } from '../../api/names/types';
import type { CalendarSpec } from './calendar';
import { MAX_EXCEPTION_DAYS } from './exceptions';
import { dayNumber, minuteOfDay, weekdayOf } from './time-of-day';
import { isKnownZone } from './zone';

/** What is wrong with one field of a policy's calendar. */
export interface CalendarProblem {
  /** Such as `spec.timeWindows[0].start`. */
  readonly path: string;
  /** A sentence that names the field and what to write instead. */
  readonly message: string;
}

/** Every field that keeps the calendar, a window, a day or an exception from ever counting. Empty: all valid. */
export function validateCalendar({ timeWindows = [], exceptions = [], timeZone }: CalendarSpec): CalendarProblem[] {
  return [
    ...zoneProblems(timeZone),
    ...timeWindows.flatMap((window, index) => windowProblems(`spec.timeWindows[${index}]`, window)),
    ...exceptions.flatMap((exception, index) => exceptionProblems(`spec.exceptions[${index}]`, exception)),
  ];
}

function zoneProblems(zone: string | undefined): CalendarProblem[] {
  const advice = 'write an IANA time zone such as Europe/Berlin; until then nothing is newly lent and nothing evicted';
  return zone === undefined || isKnownZone(zone) ? [] : problem('spec.timeZone', zone, advice);
}

function windowProblems(path: string, { start, end, days = [] }: TimeWindow): CalendarProblem[] {
  return [
    ...timeProblems(`${path}.start`, start),
    ...timeProblems(`${path}.end`, end),
    ...days.flatMap((day, position) =>
      weekdayOf(day) === null
        ? problem(`${path}.days[${position}]`, day, 'write the full English name of a day, such as Monday')
        : [],
    ),
  ];
}

function exceptionProblems(path: string, { date, lastDate, start, end }: LeaseException): CalendarProblem[] {
  const [first, last] = [dayNumber(date), dayNumber(lastDate ?? date)];
  const misplaced = first !== null && last !== null && (last < first || last - first > MAX_EXCEPTION_DAYS);
  const range = `write a day from ${date} to ${MAX_EXCEPTION_DAYS} days later`;
  return [
    ...dateProblems(`${path}.date`, date),
    ...(lastDate === undefined ? [] : dateProblems(`${path}.lastDate`, lastDate)),
    ...(misplaced ? problem(`${path}.lastDate`, lastDate ?? date, range) : []),
    ...(start === undefined ? [] : timeProblems(`${path}.start`, start)),
    ...(end === undefined ? [] : timeProblems(`${path}.end`, end)),
  ];
}

function timeProblems(path: string, text: string): CalendarProblem[] {
  return minuteOfDay(text) === null ? problem(path, text, 'write HH:MM, from 00:00 to 23:59') : [];
}

function dateProblems(path: string, text: string): CalendarProblem[] {
  return dayNumber(text) === null ? problem(path, text, 'write YYYY-MM-DD, a day from 2000-01-01 to 2099-12-31') : [];
}

function problem(path: string, value: string, advice: string): CalendarProblem[] {
  return [{ path, message: `${path} is ${JSON.stringify(value)}: ${advice}.` }];
}
