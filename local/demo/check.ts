import { setTimeout as delay } from 'node:timers/promises';

/** Something is not as the guide promises. The message says what was expected and what was found. */
export class NotAsPromised extends Error {
  override readonly name = 'NotAsPromised';
}

/** @throws NotAsPromised with `promise` when `holds` is false. */
export function check(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new NotAsPromised(promise);
}

/** Compares as JSON. @throws NotAsPromised naming `what`, with both values. */
export function checkEqual<T>(found: T, expected: T, what: string): void {
  const [is, ought] = [JSON.stringify(found), JSON.stringify(expected)];
  check(is === ought, `${what} should be ${ought} and is ${is}`);
}

/** How long something may take. */
export interface Patience {
  /** What is long enough on an idle machine, milliseconds: a deadline, but never less than a minute. A busy machine is slow, not wrong. */
  readonly within: number;
  /** An exact deadline instead, milliseconds. Default none. */
  readonly limit?: number;
  /** Pause between two looks in milliseconds. Default 100. */
  readonly every?: number;
}

const LEAST_MS = 60_000;

/**
 * Calls `look` until it does not throw, and returns what it found.
 * @throws NotAsPromised with the last failure and the time waited, when the deadline has passed.
 */
export async function eventually<T>(look: () => Promise<T>, { within, limit = Math.max(within, LEAST_MS), every = 100 }: Patience): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() >= deadline) throw new NotAsPromised(`${messageOf(error)} (after ${limit / 1_000} s)`);
    }
    await delay(every);
  }
}

/** Looks again and again for `during` milliseconds: what `look` checks must hold all the time. */
export async function throughout(look: () => Promise<void>, during: number, every = 500): Promise<void> {
  const end = Date.now() + during;
  while (Date.now() < end) {
    await look();
    await delay(Math.min(every, Math.max(0, end - Date.now())));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
