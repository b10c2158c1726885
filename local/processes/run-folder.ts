import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { cacheFolder } from '../binaries';

/** A folder of one run in our cache. */
export interface RunFolder {
  readonly path: string;
  /** Removes it with everything in it, unless `KUBEOCEAN_KEEP` is set in the environment. */
  remove(): void;
}

/** A dead process may belong to another machine or container that shares the cache: give it time. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * A new folder for one run, `<label>-<pid>-<random>`. Folders that killed runs left behind an hour
 * ago or more are removed on the way.
 */
export function newRunFolder(label: string, parent: string = join(cacheFolder(), 'runs')): RunFolder {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) {
    if (isAbandoned(parent, name)) remove(join(parent, name));
  }
  const path = join(parent, `${label}-${process.pid}-${randomBytes(3).toString('hex')}`);
  mkdirSync(path, { mode: 0o700 });
  return {
    path,
    remove: () => {
      if (!process.env.KUBEOCEAN_KEEP) remove(path);
    },
  };
}

function isAbandoned(parent: string, name: string): boolean {
  const pid = /-(\d+)-[0-9a-f]{6}$/.exec(name)?.[1];
  if (pid === undefined || processExists(Number(pid))) return false;
  try {
    return Date.now() - statSync(join(parent, name)).mtimeMs > ABANDONED_AFTER_MS;
  } catch {
    return false;
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
}
