import { check, checkEqual, eventually, NotAsPromised, throughout } from '../../../local/demo/check';

it('says what was expected and what was found', () => {
  expect(() => check(false, 'the sun should shine')).toThrow(new NotAsPromised('the sun should shine'));
  expect(() => checkEqual(['a'], ['b'], 'the letters')).toThrow('the letters should be ["b"] and is ["a"]');
  expect(() => checkEqual({ a: 1 }, { a: 1 }, 'the same')).not.toThrow();
});

it('waits until nothing fails, and gives up with the last failure', async () => {
  let attempts = 0;
  const third = async () => check(++attempts === 3, `attempt ${attempts} should be the third`);
  await eventually(third, { within: 1_000, every: 1 });
  expect(attempts).toBe(3);
  await expect(eventually(third, { within: 0, limit: 20, every: 1 })).rejects.toThrow(/attempt \d+ should be the third \(after 0.02 s\)/);
});

it('looks all the time and fails at the first exception', async () => {
  let looks = 0;
  // Long beside whatever may hold this process up: every look but a few could be missed.
  await throughout(async () => void (looks += 1), 1_000, 5);
  expect(looks).toBeGreaterThan(3);
  const fails = throughout(async () => check(false, 'it should last'), 50, 5);
  await expect(fails).rejects.toThrow('it should last');
});
