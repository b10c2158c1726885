import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultDataDir, openDataDir } from '../../../cli/up/data-dir';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'kubeocean-up-'));
  folder = join(parent, 'data');
});
afterEach(() => rmSync(parent, { recursive: true }));

describe('defaultDataDir', () => {
  const of = (server: string, env = { HOME: '/home/a' }) => defaultDataDir(server, env);

  test('lies where XDG says, a folder for each API server', () => {
    expect(of('https://10.0.0.1:6443')).toMatch(/^\/home\/a\/\.local\/share\/kubeocean\/[0-9a-f]{12}$/);
    expect(defaultDataDir('https://10.0.0.1:6443', { HOME: '/home/a', XDG_DATA_HOME: '/data' })).toMatch(/^\/data\/kubeocean\/[0-9a-f]{12}$/);
    expect(of('https://10.0.0.1:6443')).toBe(of('https://10.0.0.1:6443'));
    expect(of('https://10.0.0.1:6443')).not.toBe(of('https://10.0.0.2:6443'));
  });
});

describe('openDataDir', () => {
  test('is for its owner only, and remembers', () => {
    const first = openDataDir(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(first.recall()).toEqual({});
    first.remember({ httpPort: 1_234 });
    first.remember({ temporalPort: 2_345 });
    first.release();
    expect(openDataDir(folder).recall()).toEqual({ httpPort: 1_234, temporalPort: 2_345 });
  });

  test.each(['', '{', '[]', 'null', '{"httpPort":"80","temporalPort":70000}'])('a state file with %j remembers nothing', (text) => {
    const dir = openDataDir(folder);
    writeFileSync(join(folder, 'state.json'), text);
    expect(dir.recall()).toEqual({ httpPort: undefined, temporalPort: undefined });
  });

  test('is refused while another process has it', () => {
    openDataDir(folder).release();
    // The parent of the test runs for as long as the test.
    writeFileSync(join(folder, 'up.pid'), `${process.ppid}\n`);
    expect(() => openDataDir(folder)).toThrow(`process ${process.ppid} uses this folder`);
    expect(existsSync(join(folder, 'up.pid'))).toBe(true);
  });

  test.each([
    { name: 'a process that is gone', holder: '4194303' },
    { name: 'our own number in a former life', holder: `${process.pid}` },
    { name: 'half a line', holder: '' },
  ])('is taken over from $name', ({ holder }) => {
    openDataDir(folder).release();
    writeFileSync(join(folder, 'up.pid'), holder);
    openDataDir(folder).release();
    expect(existsSync(join(folder, 'up.pid'))).toBe(false);
  });
});
