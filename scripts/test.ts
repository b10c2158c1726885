import { rm } from 'node:fs/promises';
import { BinaryError, cacheFolder } from '../local/binaries';
import { projectRoot } from '../local/binaries/project-root';
import { consoleProgress } from '../local/progress';
import { makeRunFolder } from './test/run-folder';
import { groups, needsServers, select, type Selection } from './test/selection';
import { serverVariables } from './test/servers';
import { runStages, type Run } from './test/stage';
import { nothing, sum, type Tally } from './test/tally';

const progress = consoleProgress(process.stdout);
const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** `npm test`: everything, or the stages named, and a last line that counts. */
async function main(selection: Selection): Promise<number> {
  const folder = await makeRunFolder(cacheFolder());
  const interrupted = new AbortController();
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  endOnSignals(interrupted, ended);
  try {
    const tallies = await runAll({ selection, folder, signal: interrupted.signal });
    if (interrupted.signal.aborted) return Number(interrupted.signal.reason);
    const { passed, failures, skipped } = sum(tallies);
    skipped.forEach((name) => progress.say(`skipped: ${name}`));
    failures.forEach((name) => progress.say(`failed: ${name}`));
    progress.say(`${passed} passed, ${failures.length} failed`);
    return failures.length > 0 || passed === 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
    end();
  }
}

async function runAll(given: Pick<Run, 'selection' | 'folder' | 'signal'>): Promise<Tally[]> {
  const { selection, folder, signal } = given;
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: folder };
  if (process.stdout.isTTY) env.FORCE_COLOR = '1';
  const servers = selection.stages.some(needsServers) ? await Promise.race([findServers(), aborted(signal)]) : {};
  const run: Run = { ...given, root: projectRoot(), progress, env: { ...env, ...servers } };
  const tallies: Tally[] = servers === null ? [{ ...nothing, failures: ['server binaries'] }] : [];
  for (const stages of groups) {
    if (signal.aborted) break;
    const wanted = stages.filter((stage) => selection.stages.includes(stage));
    const missing = servers === null ? wanted.filter(needsServers) : [];
    for (const stage of missing) progress.say(`${stage}: not run, for want of servers`);
    tallies.push(await runStages(run, wanted.filter((stage) => !missing.includes(stage))));
  }
  return tallies;
}

const aborted = (signal: AbortSignal) => new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));

/** Null when they cannot be had, which is said and counts as a failure. */
async function findServers(): Promise<NodeJS.ProcessEnv | null> {
  try {
    return await serverVariables(progress);
  } catch (error) {
    if (!(error instanceof BinaryError)) throw error;
    progress.say(error.message);
    return null;
  }
}

/** The first signal ends the running stage and then us; what a second one finds still there dies with us all the same. */
function endOnSignals(interrupted: AbortController, ended: Promise<void>): void {
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(code);
      interrupted.abort(code);
      const timer = setTimeout(() => process.exit(code), 8_000);
      void ended.then(() => clearTimeout(timer));
    });
  }
}

function fail(error: unknown): number {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
}

async function start(): Promise<number> {
  try {
    return await main(select(process.argv.slice(2)));
  } catch (error) {
    return fail(error);
  }
}

void start().then((code) => process.stdout.write('', () => process.exit(code)));
