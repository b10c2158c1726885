import { toRfc3339 } from '../conditions';
import { type EpochMillis, type IanaZone, MINUTE_MS, offsetAt } from './zone';

/**
 * An instant as the wall clock of a zone shows it: RFC 3339 with the zone's offset, such as `2026-03-29T08:01:00+02:00`.
 * @throws RangeError where the zone is unknown.
 */
export function onWallClock(zone: IanaZone, instant: EpochMillis): string {
  const ahead = offsetAt(zone, instant);
  const minutes = Math.abs(Math.round(ahead / MINUTE_MS));
  const offset = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return `${toRfc3339(instant + ahead).slice(0, -1)}${ahead < 0 ? '-' : '+'}${offset}`;
}
