import { Lull } from '../../../activities/watch/lull';

const START = 1_000_000;

beforeEach(() => jest.useFakeTimers({ now: START }));
afterEach(() => jest.useRealTimers());

/** The milliseconds at which those who wait may go on. */
function waiting(lull: Lull): { readonly at: number | null } {
  const seen: { at: number | null } = { at: null };
  void lull.next().then(() => void (seen.at = Date.now() - START));
  return seen;
}

/** Work of so many milliseconds, begun now. */
const work = (lull: Lull, milliseconds: number) =>
  void lull.during(new Promise((resolve) => setTimeout(resolve, milliseconds)));

test.each([
  { name: 'nobody works', works: [], at: 100 },
  { name: 'half a second after the last work', works: [{ from: 0, for: 1_000 }], at: 1_500 },
  { name: 'work that comes meanwhile counts', works: [{ from: 0, for: 300 }, { from: 600, for: 100 }], at: 1_200 },
  { name: 'work without end holds it up for thirty seconds', works: [{ from: 0, for: 60_000 }], at: 30_000 },
])('$name', async ({ works, at }) => {
  const lull = new Lull();
  for (const { from, for: milliseconds } of works) setTimeout(() => work(lull, milliseconds), from);
  await jest.advanceTimersByTimeAsync(0);
  const seen = waiting(lull);
  await jest.advanceTimersByTimeAsync(40_000);
  expect(seen.at).toBe(at);
});

test('a failure of the work is its own, and ends it', async () => {
  const lull = new Lull();
  await expect(lull.during(Promise.reject(new Error('no')))).rejects.toThrow('no');
  const seen = waiting(lull);
  await jest.advanceTimersByTimeAsync(600);
  expect(seen.at).toBe(500);
});

test('those who come later go on with those who wait, and the next ones wait anew', async () => {
  const lull = new Lull();
  work(lull, 1_000);
  const first = waiting(lull);
  await jest.advanceTimersByTimeAsync(1_200);
  const second = waiting(lull);
  await jest.advanceTimersByTimeAsync(300);
  expect([first.at, second.at]).toEqual([1_500, 1_500]);
  work(lull, 1_000);
  const third = waiting(lull);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(third.at).toBe(3_000);
});
