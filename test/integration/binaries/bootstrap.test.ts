import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, readOrEmpty, temporaryFolder, until, writeProgram } from './support';

const base = temporaryFolder();
const LATER = new Date(Date.now() + 60_000);
let project = '';
let count = 0;

/** Notes that it ran and with which id, takes its time, or until a file is there, and leaves what npm leaves. */
const npm = `#!/bin/sh
echo "npm $*" >> journal
echo $$ > npm.pid
sleep "\${NPM_TAKES:-0}"
while [ -n "$NPM_NEEDS" ] && [ ! -e "$NPM_NEEDS" ]; do sleep 0.05; done
mkdir -p node_modules/typescript/bin
cp tsc.js node_modules/typescript/bin/tsc
touch node_modules/.package-lock.json
exit "\${NPM_EXITS:-0}"
`;

/**
 * The compiler of this project knows one program, which says how it was started and can wait for a signal, and the bundler of
 * workflows. Like the real one it notes its result only when it wrote something.
 */
const tsc = `
const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require('node:fs');
appendFileSync('journal', 'tsc\\n');
mkdirSync('dist/scripts', { recursive: true });
if (!existsSync('dist/build.tsbuildinfo')) writeFileSync('dist/build.tsbuildinfo', '{}');
writeFileSync('dist/scripts/bundle-workflows.js', \`
  require('node:fs').appendFileSync('journal', 'bundle\\\\n');
  require('node:fs').writeFileSync('dist/workflow-bundle.js', '');
\`);
writeFileSync('dist/scripts/test.js', \`
  if (process.argv[2] === 'wait') { process.on('SIGTERM', () => process.exit(7)); setInterval(() => undefined, 1000); }
  console.log(JSON.stringify({ args: process.argv.slice(2), main: require.main === module }));
  if (process.argv[2] !== 'wait') process.exitCode = Number(process.argv[2] ?? 0);
\`);
process.exit(Number(process.env.TSC_EXITS ?? 0));
`;

beforeEach(() => {
  project = join(base, `project-${count++}`);
  mkdirSync(join(project, 'scripts'), { recursive: true });
  for (const script of ['bootstrap.mjs', 'prune-dist.mjs']) {
    copyFileSync(join(__dirname, '../../../scripts', script), join(project, 'scripts', script));
  }
  writeFileSync(join(project, 'package-lock.json'), '{"lockfileVersion": 3}');
  writeFileSync(join(project, 'tsc.js'), tsc);
  writeProgram(join(project, 'path', 'npm'), npm);
});

/** What a failing test leaves would keep Jest from ending. */
const started = new Set<number>();
afterEach(() => {
  for (const pid of [...started].filter(isRunning)) process.kill(pid, 'SIGKILL');
  started.clear();
});

function start(args: readonly string[], difference: NodeJS.ProcessEnv = {}) {
  const env = { PATH: `${join(project, 'path')}:${process.env.PATH}`, ...difference };
  const child = spawn(process.execPath, [join(project, 'scripts', 'bootstrap.mjs'), ...args], { env, cwd: base });
  started.add(child.pid ?? 0);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output };
}

async function run(args: readonly string[], difference: NodeJS.ProcessEnv = {}) {
  const { ended, output } = start(args, difference);
  return { code: await ended, output: output() };
}

const journal = () => readOrEmpty(join(project, 'journal')).trim().split('\n');
const npmPid = () => Number(readOrEmpty(join(project, 'npm.pid')));

it('installs, compiles and becomes the program, with its arguments and its exit code', async () => {
  expect(await run(['test', '3', 'unit'])).toEqual({ code: 3, output: '{"args":["3","unit"],"main":true}\n' });
  expect(journal()).toEqual(['npm ci --no-audit --no-fund', 'tsc', 'bundle']);
});

it.each<[what: string, bundles: number, between: () => void]>([
  ['not again when the compiler wrote nothing', 1, () => undefined],
  ['again when the compiler wrote something', 2, () => utimesSync(join(project, 'dist', 'build.tsbuildinfo'), LATER, LATER)],
  ['again when the bundle is gone', 2, () => rmSync(join(project, 'dist', 'workflow-bundle.js'))],
])('bundles the workflows %s', async (_what, bundles, between) => {
  await run(['test']);
  between();
  await run(['test']);
  expect(journal().filter((line) => line === 'bundle')).toHaveLength(bundles);
});

it('removes what was compiled from a source that is gone, and nothing else', async () => {
  const dist = (name: string) => join(project, 'dist', name);
  mkdirSync(dist('kept'), { recursive: true });
  for (const name of ['gone', 'kept/here']) for (const end of ['.js', '.js.map']) writeFileSync(dist(`${name}${end}`), '');
  mkdirSync(join(project, 'kept'));
  writeFileSync(join(project, 'kept/here.ts'), '');
  expect((await run(['test'])).code).toBe(0);
  const left = ['gone.js', 'gone.js.map', 'kept/here.js', 'kept/here.js.map', 'scripts/test.js'].filter((name) => existsSync(dist(name)));
  expect(left).toEqual(['kept/here.js', 'kept/here.js.map', 'scripts/test.js']);
});

it.each<[what: string, installs: number, between: () => void]>([
  ['not again when nothing changed', 1, () => undefined],
  ['again when the lock file has other content', 2, () => writeFileSync(join(project, 'package-lock.json'), '{"other": true}')],
  ['again when node_modules is gone', 2, () => rmSync(join(project, 'node_modules'), { recursive: true })],
  ['not again for a lock file that is newer but the same', 1, () => utimesSync(join(project, 'package-lock.json'), new Date(), new Date())],
])('installs %s', async (_what, installs, between) => {
  await run(['test']);
  between();
  await run(['test']);
  expect(journal().filter((line) => line.startsWith('npm'))).toHaveLength(installs);
});

it('accepts what somebody installed by hand after the lock file was written', async () => {
  writeProgram(join(project, 'node_modules', 'typescript', 'bin', 'tsc'), tsc);
  writeFileSync(join(project, 'node_modules', '.package-lock.json'), '{}');
  expect((await run(['test'])).code).toBe(0);
  expect(journal()).toEqual(['tsc', 'bundle']);
});

it.each<[what: string, start: { args: string[]; env?: NodeJS.ProcessEnv }, end: { code: number; sentence: string }]>([
  [
    'a failed installation',
    { args: ['test'], env: { NPM_EXITS: '1' } },
    { code: 1, sentence: 'The Node dependencies could not be installed: `npm ci` failed.' },
  ],
  ['an unknown program', { args: ['dmeo'] }, { code: 2, sentence: 'usage: node scripts/bootstrap.mjs demo|test|bench [args]' }],
  ['a program that is not in the sources', { args: ['demo'] }, { code: 1, sentence: 'scripts/demo.js.' }],
])('ends with a sentence after %s', async (_what, { args, env }, { code, sentence }) => {
  const result = await run(args, env);
  expect(result.code).toBe(code);
  expect(result.output.endsWith(`${sentence}\n`)).toBe(true);
});

it('goes on with type errors for the tests, which count them, and for nothing else', async () => {
  expect((await run(['test'], { TSC_EXITS: '2' })).code).toBe(0);
  writeProgram(join(project, 'dist', 'scripts', 'demo.js'), '');
  expect(await run(['demo'], { TSC_EXITS: '2' })).toEqual({ code: 1, output: 'The sources do not compile.\n' });
});

it('lets two run side by side: one installs, the other waits', async () => {
  const both = [start(['test'], { NPM_NEEDS: 'go' }), start(['test'], { NPM_NEEDS: 'go' })];
  const said = () => both.map(({ output }) => output()).join('');
  await until(said, (text) => text.includes('waiting for another process that installs or compiles'));
  writeFileSync(join(project, 'go'), '');
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
  expect(journal().filter((line) => line.startsWith('npm'))).toHaveLength(1);
});

it.each<[signal: NodeJS.Signals, code: number | null]>([
  ['SIGKILL', null],
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('ended by %s in mid-installation it leaves no process, and can be run again', async (signal, code) => {
  const { child, ended } = start(['test'], { NPM_TAKES: '300' });
  await until(npmPid, (pid) => pid > 0);
  child.kill(signal);
  expect(await ended).toBe(code);
  await until(() => isRunning(npmPid()), (alive) => !alive);
  expect((await run(['test'])).code).toBe(0);
  expect(existsSync(join(project, 'dist', '.bootstrap.lock'))).toBe(false);
});

it('hands signals to the program', async () => {
  const { child, ended, output } = start(['test', 'wait']);
  await until(output, (text) => text.includes('"main":true'));
  child.kill('SIGTERM');
  expect(await ended).toBe(7);
});

it('ends when the npm that started it is killed', async () => {
  const script = `${JSON.stringify(process.execPath)} scripts/bootstrap.mjs test wait & echo $! > node.pid; wait`;
  const env = { PATH: `${join(project, 'path')}:${process.env.PATH}`, npm_lifecycle_event: 'test' };
  const parent = spawn('/bin/sh', ['-c', script], { cwd: project, env });
  let output = '';
  parent.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(() => output, (text) => text.includes('"main":true'));
  const pid = await until(() => Number(readOrEmpty(join(project, 'node.pid'))), (read) => read > 0);
  started.add(pid);
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => isRunning(pid), (alive) => !alive);
});
