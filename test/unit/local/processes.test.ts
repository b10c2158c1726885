import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from '../../../local/processes/log-tail';
import { pollUntil } from '../../../local/processes/poll';
import { freePorts, isBindFailure, isFree, onFreePorts } from '../../../local/processes/ports';
import { newRunFolder, type RunFolder } from '../../../local/processes/run-folder';

let scratch: RunFolder;
let dir: string;

beforeEach(() => {
  scratch = newRunFolder('unit');
  dir = scratch.path;
});

afterEach(() => {
  scratch.remove();
});

describe('pollUntil', () => {
  it('tries again after false and after a failure', async () => {
    const answers = [() => false, () => Promise.reject(new Error('not yet')), () => true];
    await pollUntil(async () => (answers.shift() ?? (() => false))(), { what: 'it', within: 1_000, every: 1 });
    expect(answers).toEqual([]);
  });

  it('names what it waited for and the last failure', async () => {
    const probe = async () => {
      throw new Error('refused');
    };
    await expect(pollUntil(probe, { what: 'the door', within: 10, every: 1 })).rejects.toThrow('waited 0.01 s for the door: refused');
  });

  it('ends when aborted', async () => {
    const signal = AbortSignal.timeout(10);
    await expect(pollUntil(async () => false, { what: 'it', within: 60_000, signal })).rejects.toThrow(/abort/i);
  });
});

describe('ports', () => {
  it('hands out each only once', async () => {
    const ports = (await Promise.all([freePorts(20), freePorts(20)])).flat();
    expect(new Set(ports).size).toBe(40);
  });

  it('knows a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await isFree(port)).toBe(false);
    server.close();
    await once(server, 'close');
    expect(await isFree(port)).toBe(true);
  });

  it('tries other ports after a bind failure', async () => {
    const tried: number[] = [];
    const got = await onFreePorts(1, async ([port = 0]) => {
      tried.push(port);
      if (tried.length < 3) throw new Error('listen tcp 127.0.0.1:80: bind: address already in use');
      return port;
    });
    expect(new Set(tried).size).toBe(3);
    expect(got).toBe(tried[2]);
  });

  it('gives up after any other failure, and in the end after bind failures too', async () => {
    const start = jest.fn(async () => {
      throw new Error('no such file');
    });
    await expect(onFreePorts(1, start)).rejects.toThrow('no such file');
    expect(start).toHaveBeenCalledTimes(1);
    const unlucky = jest.fn(async () => {
      throw new Error('EADDRINUSE');
    });
    await expect(onFreePorts(1, unlucky)).rejects.toThrow('EADDRINUSE');
    expect(unlucky).toHaveBeenCalledTimes(5);
  });

  it.each([
    { error: new Error('listen EADDRINUSE: address already in use'), expected: true },
    { error: new Error('connection refused'), expected: false },
    { error: 'EADDRINUSE', expected: false },
  ])('isBindFailure($error) is $expected', ({ error, expected }) => {
    expect(isBindFailure(error)).toBe(expected);
  });
});

describe('lastLines', () => {
  it.each([
    { name: 'the last lines', text: 'a\nb\n\nc\n', count: 2, expected: ['b', 'c'] },
    { name: 'a line without its end', text: 'a\nb', count: 5, expected: ['a', 'b'] },
    { name: 'long lines cut', text: `${'x'.repeat(500)}\n`, count: 1, expected: [`${'x'.repeat(400)}…`] },
    { name: 'the end of a large file', text: `${'filler line\n'.repeat(10_000)}end\n`, count: 2, expected: ['filler line', 'end'] },
  ])('gives $name', ({ text, count, expected }) => {
    const file = join(dir, 'log');
    writeFileSync(file, text);
    expect(lastLines(file, count)).toEqual(expected);
  });

  it('gives nothing for a missing file', () => {
    expect(lastLines(join(dir, 'none'), 3)).toEqual([]);
  });
});

describe('newRunFolder', () => {
  it('removes what a dead process left long ago, and nothing else', () => {
    const old = new Date(Date.now() - 2 * 3_600_000);
    const make = (name: string, time: Date) => {
      mkdirSync(join(dir, name));
      utimesSync(join(dir, name), time, time);
    };
    make('run-4194999-abcdef', old);
    make('run-4194999-fedcba', new Date());
    make(`run-${process.pid}-abcdef`, old);
    make('something-else', old);
    const folder = newRunFolder('mine', dir);
    expect(readdirSync(dir).sort()).toEqual(
      ['run-4194999-fedcba', `run-${process.pid}-abcdef`, 'something-else', folder.path.slice(dir.length + 1)].sort(),
    );
    folder.remove();
    expect(readdirSync(dir)).toHaveLength(3);
  });
});
