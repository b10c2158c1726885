import { join } from 'node:path';
import { runCommand } from '../../../local/binaries/run-command';
import { isRunning, readOrEmpty, runScript, temporaryFolder, until } from './support';

const folder = temporaryFolder();

/** A shell command that writes its id and that of a grandchild to a file, and then stays. */
const stay = (file: string) => `sleep 300 & echo $! $$ > ${file}; wait`;
const idsIn = (file: string) => until(() => readOrEmpty(file).trim().split(' ').map(Number), (ids) => ids.length === 2);

it.each<[what: string, script: string, code: number | null]>([
  ['success', 'echo to stdout; echo to stderr >&2', 0],
  ['failure', 'echo to stdout; echo to stderr >&2; exit 3', 3],
])('gives code and output of a %s', async (_what, script, code) => {
  const lines: string[] = [];
  const result = await runCommand({ command: '/bin/sh', args: ['-c', script], onLine: (line) => lines.push(line) });
  expect(result.code).toBe(code);
  expect(result.output.split('\n').sort()).toEqual(['to stderr', 'to stdout']);
  expect(lines.sort()).toEqual(['to stderr', 'to stdout']);
});

it('does not reject for a program that is not there', async () => {
  expect(await runCommand({ command: join(folder, 'nothing') })).toMatchObject({ code: 127 });
});

it('ends a program that ignores SIGTERM when it is told to', async () => {
  const controller = new AbortController();
  const file = join(folder, 'stubborn');
  const running = runCommand({ command: '/bin/sh', args: ['-c', `trap '' TERM; ${stay(file)}; sleep 300`], signal: controller.signal });
  const ids = await idsIn(file);
  controller.abort();
  expect((await running).code).toBeNull();
  expect(ids.filter(isRunning)).toEqual([]);
});

it('ends a program that takes too long', async () => {
  const result = await runCommand({ command: 'sleep', args: ['300'], within: 100 });
  expect(result.code).toBeNull();
});

it('leaves nothing behind that the program started', async () => {
  const file = join(folder, 'orphan');
  const result = await runCommand({ command: '/bin/sh', args: ['-c', `sleep 300 & echo $! > ${file}`] });
  expect(result.code).toBe(0);
  await until(() => isRunning(Number(readOrEmpty(file))), (alive) => !alive);
});

it('leaves nothing behind when we are killed', async () => {
  const file = join(folder, 'killed');
  const parent = runScript('run-command.script.ts', ['/bin/sh', '-c', stay(file)]);
  const ids = await idsIn(file);
  expect(ids.every(isRunning)).toBe(true);
  parent.child.kill('SIGKILL');
  await until(() => ids.filter(isRunning), (alive) => alive.length === 0);
});
