import { FoughtOver } from '../../../activities/copies/fought-over';

it('puts right at once what is changed for the first time, then no more often than each ten seconds', () => {
  const foughtOver = new FoughtOver();
  expect(foughtOver.until('a', 1_000)).toBeNull();
  expect([foughtOver.until('a', 2_000), foughtOver.until('a', 10_999), foughtOver.until('b', 2_000)]).toEqual([11_000, 11_000, null]);
  expect([foughtOver.until('a', 11_000), foughtOver.until('a', 12_000)]).toEqual([null, 21_000]);
  foughtOver.forget('a');
  expect(foughtOver.until('a', 12_000)).toBeNull();
});

it('remembers nothing longer than it matters', () => {
  const foughtOver = new FoughtOver();
  for (const [key, at] of [['a', 0], ['b', 5_000], ['a', 10_000], ['c', 14_999]] as const) foughtOver.until(key, at);
  expect(foughtOver.size).toBe(3);
  foughtOver.until('d', 15_000);
  expect([foughtOver.size, foughtOver.until('a', 15_000), foughtOver.until('b', 15_000)]).toEqual([3, 20_000, null]);
});
