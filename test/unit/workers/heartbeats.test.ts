import type { Context } from '@temporalio/activity';
import { BEATING } from '../../../workers/heartbeats';

const heartbeats = BEATING.interceptors.activity[0]!;
const BEAT_MS = BEATING.maxHeartbeatThrottleInterval;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Runs an activity for a while and lets it end. @returns how often it beat while it ran, and after that */
async function beatsOf(heartbeatTimeoutMs: number | undefined, runs: number, end: () => Promise<unknown> = async () => undefined): Promise<number[]> {
  let beats = 0;
  const context = { info: { heartbeatTimeoutMs }, heartbeat: () => (beats += 1) };
  const { inbound } = heartbeats(context as unknown as Context);
  const work = async () => {
    await jest.advanceTimersByTimeAsync(runs);
    return await end();
  };
  await inbound?.execute?.({ args: [], headers: {} }, work).catch(() => undefined);
  const during = beats;
  await jest.advanceTimersByTimeAsync(100 * BEAT_MS);
  return [during, beats - during];
}

it.each([
  ['that takes long', 20_000, 3 * BEAT_MS, [3, 0]],
  ['that is over soon', 20_000, BEAT_MS - 1, [0, 0]],
  ['that nobody waits for in that way', undefined, 3 * BEAT_MS, [0, 0]],
])('an activity %s', async (_, timeout, runs, beats) => {
  expect(await beatsOf(timeout, runs)).toEqual(beats);
});

it('ends with an activity that fails', async () => {
  expect(await beatsOf(20_000, BEAT_MS, () => Promise.reject(new Error('failed')))).toEqual([1, 0]);
});

it('passes on what comes in and what comes out', async () => {
  const context = { info: { heartbeatTimeoutMs: 20_000 }, heartbeat: () => undefined };
  const { inbound } = heartbeats(context as unknown as Context);
  const input = { args: ['a', 1], headers: {} };
  expect(await inbound?.execute?.(input, async (given) => given)).toBe(input);
});
