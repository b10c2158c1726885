import { FoughtOver } from '../../../activities/copies/fought-over';

it('puts right at once what is changed for the first time, then no more often than each ten seconds', () => {
  const foughtOver = new FoughtOver();
  expect(foughtOver.until('a', 1_000)).toBeNull();
  expect([foughtOver.until('a', 2_000), foughtOver.until('a', 10_999), foughtOver.until('b', 2_000)]).toEqual([11_000, 11_000, null]);
  expect([foughtOver.until('a', 11_000), foughtOver.until('a', 12_000)]).toEqual([null, 21_000]);
  foughtOver.forget('a');
  expect(foughtOver.until('a', 12_000)).toBeNull();
});
