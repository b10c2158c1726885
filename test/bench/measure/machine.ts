import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { projectRoot } from '../../../local/binaries/project-root';

/** Where and of what the figures are. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGiB: number;
  /** Of the last minute, before the bench started anything. */
  readonly loadBefore: number;
  readonly node: string;
  /** Short git revision, with `+` when files differ from it; `unknown` outside a checkout. */
  readonly revision: string;
  /** RFC 3339. */
  readonly startedAt: string;
}

export async function describeMachine(): Promise<Machine> {
  return {
    cores: cpus().length,
    model: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    node: process.versions.node,
    revision: await revision(),
    startedAt: new Date().toISOString(),
  };
}

async function revision(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: projectRoot() })).stdout.trim();
  try {
    const changes = await git('status', '--porcelain');
    return `${await git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
