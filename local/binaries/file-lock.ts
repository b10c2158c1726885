import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

const POLL_MS = 300;

/** How long after the death of its holder a lock is taken over, in milliseconds. */
export const STALE_AFTER_MS = 10_000;

/**
 * Runs `work` while no other process runs something under the same lock. The lock of a killed process is taken
 * over after {@link STALE_AFTER_MS}. Work that must stay right even when a frozen machine lets a lock go stale
 * has to publish its result atomically.
 * @param path A name for the lock; `<path>.lock` is made and removed.
 * @param onWait Called once if somebody else holds it.
 */
export async function withLock<T>(path: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const release = await acquire(path, onWait);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

async function acquire(path: string, onWait: () => void): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await lock(path, { realpath: false, stale: STALE_AFTER_MS, onCompromised: () => undefined });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      if (attempt === 0) onWait();
      await delay(POLL_MS);
    }
  }
}
