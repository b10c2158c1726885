import { zoneOfTheEvening } from '../../../local/demo/evening';

const hourIn = (zone: string, at: Date) =>
  Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(at));

it.each(Array.from({ length: 24 }, (_, hour) => ({ hour })))('at $hour:59 UTC it is evening there', ({ hour }) => {
  const now = new Date(Date.UTC(2026, 10, 18, hour, 59));
  expect(hourIn(zoneOfTheEvening(now), now)).toBe(20);
});
