import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ProcessSpec } from '../../../local/processes/managed-process';
import type { ProcessError } from '../../../local/processes/process-error';
import { newRunFolder, type RunFolder } from '../../../local/processes/run-folder';
import { Supervisor } from '../../../local/processes/supervisor';
import { eventually } from '../../support/eventually';
import { isAlive } from '../../support/living-processes';
import { spawnTypeScript } from '../../support/typescript-child';

let folder: RunFolder;
let supervisor: Supervisor;
let crashes: ProcessError[];

beforeEach(() => {
  folder = newRunFolder('supervisor');
  crashes = [];
  supervisor = new Supervisor({ dir: folder.path, onCrash: (error) => crashes.push(error) });
});

afterEach(async () => {
  await supervisor.stop();
  folder.remove();
});

const shell = (name: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  ...{ name, command: 'sh', args: ['-c', script] },
  ...more,
});
const never = async () => false;
/** @throws Error while it has not been written */
const pidIn = (name: string): number => {
  const pid = Number(readFileSync(join(folder.path, name), 'utf8'));
  expect(pid).toBeGreaterThan(0);
  return pid;
};
const fileExists = (name: string) => async () => existsSync(join(folder.path, name));

describe('a child that does not get ready', () => {
  it('is named with its exit code and its last lines when it ends', async () => {
    const start = supervisor.start(shell('broken', 'echo first; echo cannot open the door >&2; exit 3', { ready: never }));
    await expect(start).rejects.toThrow(/^broken ended with exit code 3 .*\n {2}first\n {2}cannot open the door$/s);
  });

  it('is named when its executable is missing', async () => {
    const start = supervisor.start({ name: 'absent', command: '/no/such/program', ready: never });
    await expect(start).rejects.toThrow(/^absent ended with exit code 127 .*\/no\/such\/program/s);
  });

  it('is ended at the deadline, and the last failure of its probe is told', async () => {
    const ready = async () => {
      writeFileSync(join(folder.path, 'probed'), '');
      throw new Error('connection refused');
    };
    const start = supervisor.start(shell('slow', 'echo $$ > pid; sleep 1000', { ready, readyWithin: 3_000 }));
    await expect(start).rejects.toThrow(/^slow is not ready: waited 3 s .*connection refused/s);
    expect(isAlive(Number(readFileSync(join(folder.path, 'pid'), 'utf8')))).toBe(false);
    expect(crashes).toEqual([]);
  });
});

describe('a child that ends later', () => {
  it('is reported with its last lines', async () => {
    await supervisor.start(shell('worker', 'touch up; until [ -e go ]; do sleep 0.05; done; echo out of luck; exit 7', { ready: fileExists('up') }));
    writeFileSync(join(folder.path, 'go'), '');
    await eventually(() => expect(crashes.map((crash) => crash.message)).toHaveLength(1));
    expect(crashes[0]?.message).toMatch(/^worker ended with exit code 7 .*\n {2}out of luck$/s);
    expect(supervisor.running).toEqual([]);
  });

  it('is not reported when it was asked to', async () => {
    const child = await supervisor.start(shell('worker', 'sleep 1000'));
    await child.stop();
    expect(child.exit).toEqual({ code: null, signal: 'SIGTERM' });
    expect(crashes).toEqual([]);
  });

  it('can be started again under the same name and goes on in the same log', async () => {
    const first = await supervisor.start(shell('again', 'echo one; sleep 1000', { ready: fileExists('again.log') }));
    await eventually(() => expect(first.tail()).toEqual(['one']));
    await first.kill();
    const second = await supervisor.start(shell('again', 'echo two; sleep 1000'));
    await eventually(() => expect(second.tail()).toEqual(['one', 'two']));
  });
});

describe('stop', () => {
  it('goes from the highest tier to the lowest and waits in between', async () => {
    const polite = (name: string, stopTier: number) => {
      const script = `trap 'sleep 0.1; echo ${name} >> order; exit 0' TERM; touch ${name}.up; while :; do sleep 0.05; done`;
      return supervisor.start(shell(name, script, { stopTier, ready: fileExists(`${name}.up`) }));
    };
    await Promise.all([polite('storage', 0), polite('controller', 2), polite('server', 1)]);
    await supervisor.stop();
    expect(readFileSync(join(folder.path, 'order'), 'utf8')).toBe('controller\nserver\nstorage\n');
  });

  it('uses SIGKILL when SIGTERM is not enough, on what the child started too', async () => {
    const script = "trap '' TERM; (trap '' TERM; touch up; sleep 1000) & echo $! > inner; wait; sleep 1000";
    const child = await supervisor.start(shell('stubborn', script, { stopWithin: 200, ready: fileExists('up') }));
    const inner = await eventually(() => pidIn('inner'));
    await supervisor.stop();
    expect(child.exit).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually(() => expect([child.pid, inner].filter(isAlive)).toEqual([]));
  });

  it('ends a start that is still waiting, and allows no other', async () => {
    const start = supervisor.start(shell('waiting', 'sleep 1000', { ready: never }));
    const outcome = expect(start).rejects.toThrow(/^waiting was ended by SIGTERM/);
    await supervisor.stop();
    await outcome;
    await expect(supervisor.start(shell('late', 'true'))).rejects.toThrow(/late cannot start/);
  });
});

describe('the death of the parent', () => {
  it.each([{ signal: 'SIGKILL' }, { signal: 'SIGTERM' }, { signal: 'SIGINT' }] as const)(
    '$signal leaves no child, no grandchild and no helper behind',
    async ({ signal }) => {
      const parent = spawnTypeScript(join(__dirname, 'fixtures', 'parent.ts'), folder.path);
      const [output] = (await once(parent.stdout!, 'data')) as [Buffer];
      const pids = JSON.parse(output.toString()) as number[];
      const grandchild = await eventually(() => pidIn('grandchild'));
      expect(isAlive(grandchild)).toBe(true);
      expect(pids.map(isAlive)).toEqual([true, true, expect.any(Boolean)]);
      parent.kill(signal);
      await once(parent, 'exit');
      await eventually(() => expect([...pids, grandchild].filter(isAlive)).toEqual([]), { within: 5_000 });
    },
  );
});
