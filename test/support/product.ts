import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../../local/stack';

/** Everything that gateway and workers of a `kubeocean up` have logged so far. */
export function productLog({ dir }: Stack, name = 'kubeocean'): string {
  return readFileSync(join(dir, 'logs', `${name}.log`), 'utf8');
}

/** URLs under which the workers that live now serve `/metrics`. */
export function workerUrls(stack: Stack): string[] {
  const newest = new Map<string, string>();
  for (const line of productLog(stack).split('\n')) {
    if (!line.includes('"worker listens"')) continue;
    const { process = '', httpPort } = JSON.parse(line) as { process?: string; httpPort: number };
    newest.set(process, `http://127.0.0.1:${httpPort}`);
  }
  return [...newest.values()];
}

/** Process ids of the workers that live now. */
export function workerPids(stack: Stack): number[] {
  const newest = new Map<string, number>();
  for (const line of productLog(stack).split('\n')) {
    const started = /"process":"(worker-\d+)","pid":(\d+),"msg":"process started"/.exec(line);
    if (started) newest.set(started[1] ?? '', Number(started[2]));
  }
  return [...newest.values()];
}

/** SIGKILL to all of them at once; the supervisor starts others. */
export function killWorkers(stack: Stack): void {
  for (const pid of workerPids(stack)) process.kill(pid, 'SIGKILL');
}
