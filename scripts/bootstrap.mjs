// From a fresh clone to a running demo, test or bench, with nothing but Node: `node scripts/bootstrap.mjs demo|test|bench [args]`.
// Installs the dependencies if they are missing or outdated, compiles, and then becomes the program asked for.
// Plain JavaScript and no dependency, because none may be there yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pruneDist } from './prune-dist.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const programs = { demo: 'scripts/demo.js', test: 'scripts/test.js', bench: 'test/bench/main.js' };
const leastNode = [20, 19];

await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  const program = Object.hasOwn(programs, name ?? '') ? join(root, 'dist', programs[name]) : undefined;
  if (program === undefined) end(2, `usage: node scripts/bootstrap.mjs ${Object.keys(programs).join('|')} [args]`);
  if (!isNodeNewEnough()) end(1, `Kubeocean needs Node ${leastNode.join('.')} or newer; this is ${process.versions.node}.`);
  endWithNpm();
  mkdirSync(join(root, 'dist'), { recursive: true });
  await withLock(join(root, 'dist', '.bootstrap.lock'), async () => {
    await installDependencies();
    await compile({ mayFail: name === 'test', program });
  });
  // The program takes this very process: signals, exit code and death by SIGKILL need nobody to pass them on.
  process.argv.splice(1, process.argv.length, program, ...args);
  Module.runMain();
}

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
}

/** `npm ci`, unless what is installed belongs to the lock file as it is now. */
async function installDependencies() {
  const marker = join(root, 'node_modules', '.kubeocean');
  const lockFile = join(root, 'package-lock.json');
  const wanted = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (readOrNull(marker) === wanted) return;
  // npm writes this file as the last act of an installation: here, one that somebody made by hand.
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lockFile).mtimeMs) {
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const { code, output } = await run('installing the Node dependencies', [...npm, 'ci', '--no-audit', '--no-fund']);
    if (code !== 0) end(1, `${output}The Node dependencies could not be installed: \`npm ci\` failed.`);
  }
  writeFileSync(marker, wanted);
}

/** Incremental. The tests go on with type errors, which are theirs to count; nobody else does. */
async function compile({ mayFail, program }) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // The compiler trusts its notes and would not write again what somebody deleted.
  if (!existsSync(program)) rmSync(join(root, 'dist', 'build.tsbuildinfo'), { force: true });
  const { code, output } = await run('compiling', [process.execPath, tsc, '-p', 'tsconfig.build.json']);
  if (code !== 0 && !(mayFail && existsSync(program))) end(1, `${output}The sources do not compile.`);
  pruneDist(root);
  if (!existsSync(program)) end(1, `There is no ${program}.`);
  await bundleWorkflows();
}

/** Workers load their workflows from one file; it is made anew when the compiler has written anything. */
async function bundleWorkflows() {
  const bundle = join(root, 'dist', 'workflow-bundle.js');
  const compiled = statSync(join(root, 'dist', 'build.tsbuildinfo')).mtimeMs;
  if (existsSync(bundle) && statSync(bundle).mtimeMs >= compiled) return;
  const script = join(root, 'dist', 'scripts', 'bundle-workflows.js');
  const { code, output } = await run('bundling the workflows', [process.execPath, script]);
  if (code !== 0) end(1, `${output}The workflows could not be bundled.`);
}

/** Runs a command in a process group that ends with this process, says what goes on, and resolves to its exit code and output. */
async function run(what, command) {
  // The shell reads a pipe that the kernel closes when we die, by SIGKILL as well, and takes its group with it.
  const guard = 'exec 3<&0 </dev/null; (read -r _; kill -s KILL 0) <&3 & "$@" 3<&-; code=$?; kill $!; exit $code';
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal) => {
    process.kill(-child.pid, 'SIGKILL');
    end(signal === 'SIGINT' ? 130 : 143, '');
  };
  // Before there is a child: a signal that comes just after would end us without a word.
  for (const signal of signals) process.once(signal, onSignal);
  const child = spawn('/bin/sh', ['-c', guard, 'sh', ...command], { cwd: root, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const stopSaying = sayProgress(what);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve).once('error', () => resolve(127)));
  for (const signal of signals) process.off(signal, onSignal);
  stopSaying();
  return { code, output: Buffer.concat(output).toString() };
}

/** After a second: one live line on a terminal, elsewhere a line at once and every 15 seconds. */
function sayProgress(what) {
  const since = Date.now();
  const live = process.stderr.isTTY;
  const clear = live ? '\r\u001b[2K' : '';
  const say = (line) => process.stderr.write(`${clear}${line}${live ? '' : '\n'}`);
  const seconds = () => `${Math.floor((Date.now() - since) / 1000)} s`;
  const first = setTimeout(() => say(`${what} ...`), 1_000);
  const again = setInterval(() => say(`${live ? '' : 'still '}${what} (${seconds()})`), live ? 1_000 : 15_000);
  return () => {
    clearTimeout(first);
    clearInterval(again);
    if (Date.now() - since >= 1_000) process.stderr.write(`${clear}${what}: done (${seconds()})\n`);
  };
}

/**
 * One process at a time. The lock is a file that holds its owner's identity from the first moment on (a link to
 * a finished file); the lock of a dead owner is taken away by a rename, which only one of those who wait can do.
 */
async function withLock(path, work) {
  const self = identityOf(process.pid);
  for (let attempt = 0; !tryLock(path, self); attempt++) {
    if (attempt === 10) process.stderr.write('waiting for another process that installs or compiles\n');
    const holder = readOrNull(path);
    if (holder !== null && !isAlive(holder)) takeAway(path, holder);
    else await delay(100);
  }
  const unlock = () => readOrNull(path) === self && rmSync(path, { force: true });
  process.once('exit', unlock);
  await work();
  unlock();
}

function tryLock(path, identity) {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, identity);
  try {
    return tryLink(mine, path);
  } finally {
    rmSync(mine, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function takeAway(path, holder) {
  const grave = `${path}.${process.pid}.old`;
  try {
    renameSync(path, grave);
  } catch {
    return;
  }
  // Between the look and the rename another one may have taken it away and locked: his it is.
  if (readOrNull(grave) !== holder) tryLink(grave, path);
  rmSync(grave, { force: true });
}

/** A process id with the time it started at, where the system says it: ids are used again. */
function identityOf(pid) {
  const stat = readOrNull(`/proc/${pid}/stat`);
  return `${pid} ${stat === null ? '' : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

function isAlive(identity) {
  const pid = Number(identity.split(' ')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return identityOf(pid) === identity;
}

/** npm cannot pass on its own death by SIGKILL: who was started by it watches for it. */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const family = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === family) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 1_000);
  timer.unref();
}

/** Our parent, and its parent where a shell may stand between npm and us. */
function ancestors() {
  const stat = readOrNull(`/proc/${process.ppid}/stat`);
  const isShell = stat !== null && /\((ba|da)?sh\)/.test(stat);
  return `${process.ppid} ${isShell ? stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] : ''}`;
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function end(code, message) {
  if (message !== '') process.stderr.write(`${message}\n`);
  process.exit(code);
}
