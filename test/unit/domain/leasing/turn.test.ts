import { turnAt } from '../../../../domain/windows';

const EDGE = Date.parse('2026-03-02T08:01:00Z');
const names = (many: number) => Array.from({ length: many }, (_, index) => `vnode-${index}`);
const delays = (many: number, opens: boolean) => names(many).map((name) => turnAt({ at: EDGE, opens }, name, many) - EDGE);

it.each([
  [1, false],
  [100, false],
  [100, true],
])('%i wake at the instant (opens: %s)', (many, opens) => {
  expect(new Set(delays(many, opens))).toEqual(new Set([0]));
});

it.each([
  ['101 that open wake one after the other', delays(101, true), 0, 1_010],
  ['1000 that open as well', delays(1_000, true), 0, 10_000],
  ['101 that close wait until all are kept from new pods', delays(101, false), 606, 1_616],
  ['1000 that close as well', delays(1_000, false), 6_000, 16_000],
])('%s', (_, late, first, last) => {
  expect(Math.min(...late)).toBeGreaterThanOrEqual(first);
  expect(Math.max(...late)).toBeLessThan(last);
  const inSecond = (second: number) => late.filter((delay) => Math.floor(delay / 1_000) === second).length;
  for (let second = 0; second * 1_000 < last; second += 1) expect(inSecond(second)).toBeLessThanOrEqual(150);
});

it('one that is asked again has the same place', () => {
  expect(turnAt({ at: EDGE, opens: false }, 'vnode-7', 1_000)).toBe(turnAt({ at: EDGE, opens: false }, 'vnode-7', 1_000));
});
