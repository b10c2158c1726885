import { EdgeRush } from '../../../activities/node/edge-rush';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const work = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

test.each([
  { name: 'nobody waits where nothing is closed', works: [], at: 0 },
  { name: 'waits for the last of those that are closed', works: [100, 300], at: 300 },
  { name: 'a failure is over too', works: [200], fails: true, at: 200 },
  { name: 'waits for a second at the most', works: [5_000], at: 1_000 },
])('$name', async ({ works, fails = false, at }) => {
  const rush = new EdgeRush();
  for (const milliseconds of works) {
    const closing = rush.during(work(milliseconds).then(() => (fails ? Promise.reject(new Error('no')) : undefined)));
    closing.catch(() => undefined);
  }
  let over: number | null = null;
  void rush.over().then(() => (over = Date.now()));
  await jest.advanceTimersByTimeAsync(10_000);
  expect(over).toBe(at);
});
