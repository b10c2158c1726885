import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const PREFIX = 'test-';

/** A folder of this run for everything temporary; those of runs that were killed are removed. */
export async function makeRunFolder(cache: string): Promise<string> {
  const parent = join(cache, 'tmp');
  await mkdir(parent, { recursive: true });
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX));
  const dead = names.filter((name) => !isAlive(Number(name.slice(PREFIX.length))));
  await Promise.all(dead.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  const folder = join(parent, `${PREFIX}${process.pid}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
