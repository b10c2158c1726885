import { evaluateWindows } from '../../../domain/windows';
import { closedWindow, windowEndingSoon } from '../../bench/rig/windows';

it.each(['2026-03-04T10:20:00Z', '2026-03-04T10:20:44Z', '2026-03-04T10:20:46Z', '2026-03-04T23:59:50Z', '2026-03-04T00:00:10Z'])(
  'at %s it is open for a while and closes at the edge',
  (text) => {
    const instant = Date.parse(text);
    const { window, edge } = windowEndingSoon(instant);
    expect(evaluateWindows({ windows: [window], zone: 'UTC' }, instant)).toEqual({ open: true, closesAt: edge });
    expect(edge - instant).toBeGreaterThanOrEqual(15_000);
    expect(edge - instant).toBeLessThan(75_000);
  },
);

it('is closed where it should be', () => {
  const instant = Date.parse('2026-03-04T23:30:00Z');
  expect(evaluateWindows({ windows: [closedWindow(instant)], zone: 'UTC' }, instant)).toMatchObject({ open: false });
});
