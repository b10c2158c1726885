import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Deadline in milliseconds. Default 10,000; keep it below the timeout of the test. */
  readonly within?: number;
  /** Pause between two attempts in milliseconds. Default 50. */
  readonly every?: number;
}

/**
 * Calls `attempt` until it does not throw, and returns its result. Put the expectations inside.
 * @throws the last failure, with the time waited in its message, when the deadline has passed.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { within = 10_000, every = 50 } = patience;
  const start = Date.now();
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() - start >= within) throw explained(error, Date.now() - start);
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
