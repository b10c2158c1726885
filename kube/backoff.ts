import { setTimeout as sleep } from 'node:timers/promises';

/** First and last pause, milliseconds. */
export interface BackoffLimits {
  readonly first: number;
  readonly max: number;
}

/** Within so many milliseconds the first retry comes: at once, but not from all watches of a process in one moment. */
const FIRST_RETRY_SPREAD_MS = 50;

/** Pauses after failures in a row: the first retry at once, then doubling, each pause jittered by half. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly limits: BackoffLimits,
    private readonly random: () => number = Math.random,
  ) {}

  get failuresInARow(): number {
    return this.failures;
  }

  succeeded(): void {
    this.failures = 0;
  }

  /** Milliseconds until the next attempt; counts a failure. `atLeastSeconds` is the server's wish. */
  next(atLeastSeconds = 0): number {
    const retry = this.failures;
    this.failures += 1;
    const { first, max } = this.limits;
    const full = Math.min(max, first * 2 ** (retry - 1));
    const pause = retry === 0 ? this.random() * FIRST_RETRY_SPREAD_MS : full * (0.5 + this.random() / 2);
    return Math.max(pause, atLeastSeconds * 1000);
  }
}

/** Waits, at most until the signal is aborted; never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
