import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryCache } from '../../../local/binaries/cache';
import { readOrEmpty, runScript, temporaryFolder, until } from './support';

const base = temporaryFolder();
let folder = '';
let count = 0;
beforeEach(() => (folder = join(base, `cache-${count++}`)));

/** A cache as a new process sees it: nothing has been read yet. */
const freshCache = () => new BinaryCache(folder);
const thing = () => join(folder, 'bin', 'thing', 'thing');

async function fill(content: string, cache = freshCache()): Promise<void> {
  const write = async (staged: string) => {
    writeFileSync(join(staged, 'thing'), content);
    return 'the test';
  };
  await cache.ensure('thing', write, () => undefined);
}

describe('an entry', () => {
  it('is made once', async () => {
    expect(await freshCache().stateOf('thing')).toBe('absent');
    await fill('whole');
    await fill('something else');
    expect(readFileSync(thing(), 'utf8')).toBe('whole');
    expect(readdirSync(join(folder, 'staging'))).toEqual([]);
  });

  it.each<[damage: string, fault: string, inflict: () => void]>([
    ['other content of the same size', 'the checksum of thing differs', () => writeFileSync(thing(), 'whale')],
    ['a truncated file', 'thing has 3 bytes instead of 5', () => writeFileSync(thing(), 'who')],
    ['a missing file', 'thing is missing', () => rmSync(thing())],
    ['no manifest', 'its manifest is missing or unreadable', () => rmSync(join(folder, 'bin', 'thing', 'manifest.json'))],
    ['a torn manifest', 'its manifest is missing or unreadable', () => writeFileSync(join(folder, 'bin', 'thing', 'manifest.json'), '{"ori')],
  ])('with %s is detected and made again', async (_damage, fault, inflict) => {
    await fill('whole');
    inflict();
    expect(await freshCache().stateOf('thing')).toEqual({ fault });
    await fill('again');
    expect(readFileSync(thing(), 'utf8')).toBe('again');
    expect(await freshCache().stateOf('thing')).toBe('valid');
  });

  it('is not there after a fill that failed', async () => {
    const broken = async (staged: string) => {
      writeFileSync(join(staged, 'thing'), 'half');
      throw new Error('the compiler fell over');
    };
    await expect(freshCache().ensure('thing', broken, () => undefined)).rejects.toThrow('the compiler fell over');
    expect(await freshCache().stateOf('thing')).toBe('absent');
    expect(readdirSync(join(folder, 'staging'))).toEqual([]);
  });
});

describe('two processes', () => {
  const start = (fillFor: number) => runScript('fill-cache.script.ts', [folder, `${folder}.journal`, String(fillFor)]);
  const fills = () => readOrEmpty(`${folder}.journal`).split('\n').length - 1;

  it('that fill the same entry wait for each other', async () => {
    const both = [start(1_500), start(1_500)];
    await Promise.all(both.map(({ ended }) => ended));
    expect(both.map(({ output }) => output().trim()).sort()).toEqual(['filled', 'found']);
    expect(fills()).toBe(1);
    expect(readFileSync(thing(), 'utf8')).toBe('whole');
  });

  it('take over from one that was killed, and use nothing of it', async () => {
    const first = start(60_000);
    await until(fills, (number) => number === 1);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(existsSync(thing())).toBe(false);
    const second = start(0);
    await second.ended;
    expect(second.output().trim()).toBe('filled');
    expect(readFileSync(thing(), 'utf8')).toBe('whole');
    expect(readdirSync(join(folder, 'staging'))).toEqual([]);
  });
});
