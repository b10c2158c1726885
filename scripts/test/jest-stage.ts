import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../local/binaries/run-command';
import type { JestStage } from './selection';
import type { Run } from './stage';
import { nothing, sum, tallyOf, type Tally } from './tally';

const POLL_MS = 500;

/** Tests with servers of their own mostly wait for them. Those of workflows share one Temporal and its task queues. */
const SHARDS: Readonly<Record<JestStage, number>> = { unit: 1, workflow: 1, integration: 2, e2e: 2 };

/**
 * Runs one Jest project, in processes of its own. Beside failed tests it counts one failure for each Jest that leaves no
 * report, that calls the run failed for another reason, or that does not end because something is still open.
 * @param lingerFor Milliseconds that it may take to end after its report. Default 30,000.
 */
export async function runJest(run: Run, stage: JestStage, lingerFor = 30_000): Promise<Tally> {
  const step = run.progress.step(stage);
  const shards = Array.from({ length: SHARDS[stage] }, (_, index) => `${index + 1}/${SHARDS[stage]}`);
  const tally = sum(await Promise.all(shards.map((shard) => runShard(run, { stage, shard }, lingerFor))));
  const { passed, failures, skipped } = tally;
  const outcome = `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`;
  if (failures.length > 0) step.fail(outcome);
  else step.done(outcome);
  return tally;
}

/** The part of a stage that one Jest runs: `1/2` is the first half of the files. */
interface Part {
  readonly stage: JestStage;
  readonly shard: string;
}

async function runShard(run: Run, part: Part, lingerFor: number): Promise<Tally> {
  const { root: cwd, env, progress } = run;
  const report = join(run.folder, `${part.stage}-${part.shard.replace('/', '-of-')}.json`);
  const watch = watchForLingering(report, run.signal, lingerFor);
  const { code } = await runCommand({
    command: process.execPath,
    args: jestArguments(run, part, report),
    cwd,
    env,
    signal: watch.signal,
    onLine: (line) => line.startsWith('Test results written to') || progress.say(line),
  });
  watch.stop();
  return withFault(part.stage, readTally(report, code), { code, lingers: watch.lingers() });
}

function jestArguments(run: Run, { stage, shard }: Part, report: string): string[] {
  return [
    'node_modules/jest/bin/jest.js',
    ...['--selectProjects', stage, '--ci', '--passWithNoTests'],
    ...['--json', '--outputFile', report],
    ...['--cacheDirectory', join(run.root, 'node_modules', '.cache', 'jest')],
    ...(stage === 'unit' ? ['--maxWorkers=100%'] : ['--runInBand', '--shard', shard]),
    ...(run.selection.paths.length > 0 ? ['--testPathPatterns', ...run.selection.paths] : []),
  ];
}

/** Null when there is none. A project without tests leaves none, and ends well. */
function readTally(report: string, code: number | null): Tally | null {
  if (existsSync(report)) return tallyOf(JSON.parse(readFileSync(report, 'utf8')));
  return code === 0 ? nothing : null;
}

function withFault(stage: JestStage, tally: Tally | null, { code, lingers }: { code: number | null; lingers: boolean }): Tally {
  const { failures, ...rest } = tally ?? nothing;
  if (lingers) return { ...rest, failures: [...failures, `${stage}: Jest did not end: a test left something open`] };
  if (code === 0 || failures.length > 0) return { ...rest, failures };
  return { ...rest, failures: [`${stage}: Jest ended with ${code === null ? 'a signal' : `code ${code}`}`] };
}

/** Ends a Jest that has written its report and then stays, which it does when a test left something open. */
function watchForLingering(report: string, signal: AbortSignal, lingerFor: number) {
  const controller = new AbortController();
  let lingers = false;
  let since: number | null = null;
  const timer = setInterval(() => {
    if (since === null && existsSync(report)) since = Date.now();
    if (since === null || Date.now() - since < lingerFor) return;
    lingers = true;
    controller.abort();
  }, POLL_MS);
  return { signal: AbortSignal.any([signal, controller.signal]), lingers: () => lingers, stop: () => clearInterval(timer) };
}
