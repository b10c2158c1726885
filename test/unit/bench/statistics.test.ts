import { percentile, spread } from '../../bench/measure/statistics';

const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);

it.each([
  [[7], 50, 7],
  [[7], 99, 7],
  [[3, 1, 2], 50, 2],
  [[4, 1, 3, 2], 50, 2],
  [oneToHundred, 90, 90],
  [oneToHundred, 99, 99],
  [oneToHundred, 100, 100],
])('of %j at %d is %d', (values, percent, expected) => {
  expect(percentile(values, percent)).toBe(expected);
});

it('has none without values, and leaves its input alone', () => {
  expect(() => percentile([], 50)).toThrow(RangeError);
  const values = [3, 1, 2];
  expect(spread(values)).toEqual({ p50: 2, p90: 3, p99: 3 });
  expect(values).toEqual([3, 1, 2]);
});
