import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { binaries } from './binaries';

const run = promisify(execFile);
const DEADLINE_MS = 180_000;

/**
 * Runs kubectl and returns what it printed. Its cache stays beside the kubeconfig; a stream that never
 * ends is ended after three minutes.
 * @throws Error with the command and what kubectl wrote to standard error.
 */
export async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const { kubectl: program } = await binaries();
  const cache = `--cache-dir=${join(dirname(kubeconfig), 'kubectl-cache')}`;
  const env = { PATH: process.env.PATH, HOME: dirname(kubeconfig) };
  const { stdout } = await run(program, [`--kubeconfig=${kubeconfig}`, cache, ...args], {
    env,
    timeout: DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
