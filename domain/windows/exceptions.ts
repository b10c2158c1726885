import type { LeaseException } from '../../api/names/types';
import { joined, type Span, without } from './spans';
import { DAY_MINUTES, dayNumber, minuteOfDay } from './time-of-day';

/** Most days from the first to the last one of an exception: a leap year. */
export const MAX_EXCEPTION_DAYS = 366;

/** Minutes on the wall clock, counted from 1970-01-01T00:00, whose lending does not follow the weekly windows. */
export interface Override {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly opens: boolean;
}

/**
 * What the exceptions say, sorted and free of overlaps. Where two cover the same minute, `Closed` beats `Open`, whatever
 * their order. One with a bad date or time says nothing; see `validateCalendar`.
 */
export function overridesOf(exceptions: readonly LeaseException[] | undefined): Override[] {
  const spansThat = (lending: LeaseException['lending']) =>
    joined((exceptions ?? []).filter((exception) => exception.lending === lending).flatMap(spansOf));
  const closed = spansThat('Closed');
  const open = without(spansThat('Open'), closed);
  return [...closed.map((span) => override(span, false)), ...open.map((span) => override(span, true))].toSorted(
    (a, b) => a.from - b.from,
  );
}

/** The exception that decides about a minute on the wall clock, or `null`: the weekly windows do. */
export function exceptionFor(exceptions: readonly LeaseException[] | undefined, minute: number): LeaseException | null {
  const covering = (exceptions ?? []).filter((exception) =>
    spansOf(exception).some(([from, to]) => from <= minute && minute < to),
  );
  return covering.find(({ lending }) => lending === 'Closed') ?? covering[0] ?? null;
}

/** A span a day. One that runs past midnight belongs to the day on which it started. */
function spansOf({ date, lastDate = date, start = '00:00', end = '23:59' }: LeaseException): Span[] {
  const [first, last] = [dayNumber(date), dayNumber(lastDate)];
  const [from, to] = [minuteOfDay(start), minuteOfDay(end)];
  if (first === null || last === null || from === null || to === null || last - first > MAX_EXCEPTION_DAYS) {
    return [];
  }
  const length = (to < from ? to + DAY_MINUTES : to) - from + 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i): Span => {
    const begin = (first + i) * DAY_MINUTES + from;
    return [begin, begin + length];
  });
}

function override([from, to]: Span, opens: boolean): Override {
  return { from, to, opens };
}
