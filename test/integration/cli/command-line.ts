import { execFile } from 'node:child_process';
import { main } from '../../../cli/main';

/** How a command ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function kubeocean(...args: readonly string[]): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const code = await main(['node', 'kubeocean', ...args], {
    out: (text) => (written.stdout += text),
    err: (text) => (written.stderr += text),
  });
  return { code, ...written };
}

/** Runs a program to its end; a code other than 0 is an answer, not an error. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, { env, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}
