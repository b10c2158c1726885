import type { TimeWindow } from '../../api/names/types';
import { minuteOfDay, weekdayOf } from './time-of-day';

/** What is wrong with one field of one window. */
export interface WindowProblem {
  /** Position in `spec.timeWindows`. */
  readonly index: number;
  readonly field: 'start' | 'end' | 'days';
  /** A sentence that names the field and what to write instead. */
  readonly message: string;
}

/** Every field that keeps a window, or one of its days, from ever matching. Empty: all valid. */
export function validateWindows(windows: readonly TimeWindow[] | undefined): WindowProblem[] {
  return (windows ?? []).flatMap((window, index) => [
    ...timeProblems(index, 'start', window.start),
    ...timeProblems(index, 'end', window.end),
    ...dayProblems(index, window.days ?? []),
  ]);
}

function timeProblems(index: number, field: 'start' | 'end', text: string): WindowProblem[] {
  if (minuteOfDay(text) !== null) {
    return [];
  }
  const message = `spec.timeWindows[${index}].${field} is ${JSON.stringify(text)}: write HH:MM, from 00:00 to 23:59.`;
  return [{ index, field, message }];
}

function dayProblems(index: number, days: readonly string[]): WindowProblem[] {
  return days.flatMap((day, position) => {
    const path = `spec.timeWindows[${index}].days[${position}]`;
    const message = `${path} is ${JSON.stringify(day)}: write the full English name of a day, such as Monday.`;
    return weekdayOf(day) === null ? [{ index, field: 'days' as const, message }] : [];
  });
}
