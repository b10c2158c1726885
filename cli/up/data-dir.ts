import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../user-error';

/** What `up` remembers between two starts, besides Temporal's database. */
export interface Remembered {
  readonly httpPort?: number;
  readonly temporalPort?: number;
}

/** The folder of one virtual cluster's `up`, ours alone until {@link DataDir.release}. */
export interface DataDir {
  readonly path: string;
  /** What was remembered; nothing when it cannot be read. */
  recall(): Remembered;
  /** Adds to what is remembered. */
  remember(facts: Remembered): void;
  /** Lets somebody else use the folder. */
  release(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$XDG_DATA_HOME/kubeocean/<hash of the API server's address>`: each virtual cluster has its own. */
export function defaultDataDir(server: string, env: Environment = process.env): string {
  const home = env.XDG_DATA_HOME || join(env.HOME || homedir(), '.local', 'share');
  return join(home, 'kubeocean', createHash('sha256').update(server).digest('hex').slice(0, 12));
}

/**
 * Makes the folder, readable by its owner only, and takes it: two Temporal servers on one database would destroy it.
 *
 * @throws UserError when another `up` uses it.
 */
export function openDataDir(folder: string): DataDir {
  const path = resolve(folder);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = join(path, 'up.pid');
  takeLock(lock);
  const state = join(path, 'state.json');
  const recall = () => readState(state);
  return {
    path,
    recall,
    remember: (facts) => writeFileSync(state, `${JSON.stringify({ ...recall(), ...facts })}\n`, { mode: 0o600 }),
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(lock: string): void {
  for (;;) {
    try {
      return writeFileSync(lock, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readOr(lock, ''));
    if (isAnother(holder)) {
      throw new UserError(`--data-dir: process ${holder} uses this folder; stop it or name another (if it is no kubeocean, delete ${lock}).`);
    }
    // Its holder was killed.
    rmSync(lock, { force: true });
  }
}

function isAnother(pid: number): boolean {
  // In a container the number of the last life is often ours again.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readState(file: string): Remembered {
  try {
    const { httpPort, temporalPort } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return { httpPort: port(httpPort), temporalPort: port(temporalPort) };
  } catch {
    return {};
  }
}

function port(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
}

function readOr(file: string, absent: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return absent;
  }
}
