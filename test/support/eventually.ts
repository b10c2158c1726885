import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** What is long enough on an idle machine, milliseconds: a deadline, but never less than the minute that is the default. */
  readonly within?: number;
  /** An exact deadline instead, milliseconds: where being late would be the fault. Default none. */
  readonly limit?: number;
  /** Pause between two attempts in milliseconds. Default 50. */
  readonly every?: number;
}

/** A machine that is busy with other tests may be ten times slower. A deadline ends a test that would hang, it measures nothing. */
const LEAST_MS = 60_000;

/**
 * Calls `attempt` until it does not throw, and returns its result. Put the expectations inside.
 * @throws the last failure, with the time waited in its message, when the deadline has passed.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { within = LEAST_MS, limit = Math.max(within, LEAST_MS), every = 50 } = patience;
  const start = Date.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() - start >= limit) throw explained(error, Date.now() - start);
    }
    await delay(every);
  }
}

/** Keeps the error and its stack, which point at the expectation that failed. */
function explained(error: unknown, waited: number): unknown {
  if (!(error instanceof Error)) return new Error(`still failing after ${waited} ms: ${String(error)}`);
  error.message = `still failing after ${waited} ms: ${error.message}`;
  return error;
}

/** Checks `attempt` again and again for `during` milliseconds: what it expects must hold all the time. */
export async function throughout(attempt: () => void | Promise<void>, during: number, every = 100): Promise<void> {
  const end = Date.now() + during;
  while (Date.now() < end) {
    await attempt();
    await delay(every);
  }
}
