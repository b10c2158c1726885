import { KeyedQueue } from '../../../activities/watch/keyed-queue';

const DAY = 86_400_000;

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

/** A queue whose handler wants to be called again at `at`, until then. @returns when it was called */
function calls(at: number): number[] {
  const times: number[] = [];
  const onError = (error: unknown) => {
    throw error;
  };
  const handle = () => {
    times.push(Date.now());
    return Promise.resolve(Date.now() < at ? at : null);
  };
  new KeyedQueue(handle, { concurrency: 1, onError }).add('key');
  return times;
}

it('looks again at the instant that the handler names', async () => {
  const times = calls(5_000);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(times).toEqual([0, 5_000]);
});

// Node fires a timer of more than 2^31 ms at once.
it('waits for an instant that is months ahead', async () => {
  const times = calls(40.5 * DAY);
  await jest.advanceTimersByTimeAsync(41 * DAY);
  expect(times).toHaveLength(42);
  expect(times.at(-1)).toBe(40.5 * DAY);
});
