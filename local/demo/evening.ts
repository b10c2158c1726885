const EVENING = 20;
const EAST_MOST = 14;

/**
 * The fixed-offset zone in which it is between 20:00 and 21:00 now, on any day of the week inside the windows of the samples.
 * Such names count the other way round: `Etc/GMT-8` is eight hours *ahead* of UTC.
 */
export function zoneOfTheEvening(now = new Date()): string {
  const ahead = EVENING - now.getUTCHours();
  const offset = ahead > EAST_MOST ? ahead - 24 : ahead;
  return offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
}
