import { setTimeout as delay } from 'node:timers/promises';

/** What is waited for, and how patiently. */
export interface PollOptions {
  /** What is awaited, as the subject of the error: "kube-apiserver c1 to be ready". */
  readonly what: string;
  /** Deadline in milliseconds. */
  readonly within: number;
  /** Pause between two attempts in milliseconds. Default 50. */
  readonly every?: number;
  /** Ends the waiting early. */
  readonly signal?: AbortSignal;
}

/**
 * Calls `probe` until it returns true. A probe that throws counts as "not yet".
 * @throws Error naming `what`, the deadline and the last failure, when the deadline has passed; AbortError when aborted.
 */
export async function pollUntil(probe: () => Promise<boolean>, options: PollOptions): Promise<void> {
  const deadline = Date.now() + options.within;
  let last = 'not ready';
  for (;;) {
    try {
      if (await probe()) return;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() >= deadline) break;
    await delay(options.every ?? 50, undefined, { signal: options.signal });
  }
  throw new Error(`waited ${options.within / 1000} s for ${options.what}: ${last}`);
}
