import { toRfc3339 } from '../conditions';
import type { EpochMillis } from '../windows';

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** The instant that an RFC 3339 text names, or `null` for anything else; an offset is required, since a wall clock is nobody's. */
export function parseInstant(text: unknown): EpochMillis | null {
  if (typeof text !== 'string' || !RFC_3339.test(text)) {
    return null;
  }
  const instant = Date.parse(text.toUpperCase());
  return Number.isNaN(instant) ? null : instant;
}

/** RFC 3339 in UTC, with milliseconds only where there are some. */
export function formatInstant(instant: EpochMillis): string {
  return instant % 1000 === 0 ? toRfc3339(instant) : new Date(instant).toISOString();
}
