/** `bin/kubeocean`: when it builds, and that a build never gets into the result. In a small package of its own. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from './command-line';

const project = join(__dirname, '../../..');
let root: string;

/** A build that notes each run and, like tsc, writes in spite of faults, and only what its notes (the stamp) do not know. */
const BUILD = `
const fs = require('node:fs');
fs.mkdirSync('dist/cli', { recursive: true });
fs.appendFileSync('builds', '.');
console.log('noise of the build');
if (!fs.existsSync('dist/build.tsbuildinfo')) {
  fs.writeFileSync('dist/cli/main.js', "exports.main = async () => { console.log('result'); return 3; };");
  fs.writeFileSync('dist/build.tsbuildinfo', '');
}
if (fs.existsSync('broken')) process.exit(1);
`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kubeocean-bin-'));
  write('package.json', JSON.stringify({ name: 'x', scripts: { build: 'node build.js' } }));
  write('build.js', BUILD);
  write('tsconfig.build.json', '{}');
  write('cli/main.ts', '');
  mkdirSync(join(root, 'bin'));
  cpSync(join(project, 'bin/kubeocean'), join(root, 'bin/kubeocean'));
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

const kubeocean = () => run(join(root, 'bin/kubeocean'), []);
const builds = () => (existsSync(join(root, 'builds')) ? readFileSync(join(root, 'builds'), 'utf8').length : 0);

/** As if the file were edited in a second from now. */
const edit = (path: string) => utimesSync(join(root, path), Date.now() / 1000 + 1, Date.now() / 1000 + 1);

it('builds first, and keeps the build out of the result', async () => {
  const { code, stdout, stderr } = await kubeocean();
  expect([code, stdout]).toEqual([3, 'result\n']);
  expect(stderr).toContain('kubeocean: building from the sources ...\n');
});

it('does not build again without a change', async () => {
  await kubeocean();
  expect((await kubeocean()).stderr).toBe('');
  expect(builds()).toBe(1);
});

it('builds again after an edit, and once only', async () => {
  await kubeocean();
  const old = Date.now() / 1000 - 60;
  utimesSync(join(root, 'dist/build.tsbuildinfo'), old, old);
  await kubeocean();
  await kubeocean();
  expect(builds()).toBe(2);
});

it.each(['cli/main.ts', 'cli', 'package.json'])('sees an edit of %s', async (path) => {
  await kubeocean();
  edit(path);
  await kubeocean();
  expect(builds()).toBe(2);
});

it('builds again what was deleted', async () => {
  await kubeocean();
  rmSync(join(root, 'dist/cli'), { recursive: true });
  expect(await kubeocean()).toMatchObject({ code: 3, stdout: 'result\n' });
});

it('builds once when started twice at the same time', async () => {
  const both = await Promise.all([kubeocean(), kubeocean()]);
  expect(both.map(({ code, stdout }) => [code, stdout])).toEqual([[3, 'result\n'], [3, 'result\n']]);
  expect(builds()).toBe(1);
});

it.each(['the first time', 'again'])('says that the build failed: %s', async (when) => {
  write('broken', '');
  if (when === 'again') await kubeocean();
  expect(await kubeocean()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('kubeocean: npm run build failed') });
});

it('says what to do where the dependencies are missing', async () => {
  rmSync(join(root, 'node_modules'));
  expect(await kubeocean()).toEqual({
    code: 1,
    stdout: '',
    stderr: `kubeocean: the dependencies are missing; run npm ci in ${root}\n`,
  });
});

it('starts an installed package, which has no sources, as it is', async () => {
  await kubeocean();
  rmSync(join(root, 'tsconfig.build.json'));
  edit('cli/main.ts');
  expect((await kubeocean()).code).toBe(3);
  expect(builds()).toBe(1);
});
