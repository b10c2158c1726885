import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runCommand } from '../../local/binaries/run-command';
import type { Step } from '../../local/progress';
import { inLanes } from './lanes';
import { type Part, partsOf } from './parts';
import type { JestStage } from './selection';
import type { Run } from './stage';
import { nothing, sum, tallyOf, type Tally } from './tally';

const POLL_MS = 500;

/**
 * Runs Jest projects side by side, in processes of their own. Beside failed tests it counts one failure for each Jest that leaves
 * no report, that calls the run failed for another reason, or that does not end because something is still open.
 * @param lingerFor Milliseconds that it may take to end after its report. Default 30,000.
 */
export async function runJest(run: Run, stages: readonly JestStage[], lingerFor = 30_000): Promise<Tally> {
  const begun = await Promise.all(stages.map(async (stage) => new RunningStage(run.progress.step(stage), await partsOf(run, stage))));
  const parts = begun.flatMap((stage) => stage.parts.map((part) => ({ ...part, of: stage })));
  await inLanes(parts, async (part) => part.of.ended(await runPart(run, part, lingerFor)), run.signal);
  return sum(begun.map((stage) => stage.end()));
}

/** A stage some of whose parts have ended. */
class RunningStage {
  private readonly tallies: Tally[] = [];

  constructor(
    private readonly step: Step,
    readonly parts: readonly Part[],
  ) {}

  ended(tally: Tally): void {
    this.tallies.push(tally);
    if (this.tallies.length === this.parts.length) this.conclude();
    else this.step.update(`${this.tallies.length} of ${this.parts.length} parts`);
  }

  /** What came of it, and says so unless its last part has. */
  end(): Tally {
    if (this.parts.length === 0 || this.tallies.length < this.parts.length) this.conclude();
    return sum(this.tallies);
  }

  private conclude(): void {
    const tally = sum(this.tallies);
    const outcome = `${tally.passed} passed, ${tally.failures.length} failed, ${tally.skipped.length} skipped`;
    if (tally.failures.length > 0) this.step.fail(outcome);
    else this.step.done(outcome);
  }
}

async function runPart(run: Run, part: Part, lingerFor: number): Promise<Tally> {
  const { root: cwd, env, progress } = run;
  const report = join(run.folder, `${part.name.replaceAll('/', '-')}.json`);
  const watch = watchForLingering(report, run.signal, lingerFor);
  const { code } = await runCommand({
    command: process.execPath,
    args: jestArguments(run, part, report),
    cwd,
    env,
    signal: watch.signal,
    onLine: (line) => isNoise(line) || progress.say(line),
  });
  watch.stop();
  return withFault(part.name, readTally(report, code), { code, lingers: watch.lingers() });
}

/** What every Jest says of itself, of which there are many: the stage says it once. */
const isNoise = (line: string) => /^(Test results written to|Running one project:|Test Suites:|Tests:|Snapshots:|Time:|Ran all test suites)/.test(stripVTControlCharacters(line));

function jestArguments(run: Run, { stage, files }: Part, report: string): string[] {
  return [
    'node_modules/jest/bin/jest.js',
    ...['--selectProjects', stage, '--ci', '--passWithNoTests', '--verbose=false'],
    ...['--json', '--outputFile', report],
    ...['--cacheDirectory', join(run.root, 'node_modules', '.cache', 'jest')],
    ...(stage === 'unit' ? ['--maxWorkers=100%'] : ['--runInBand']),
    ...files,
  ];
}

/** Null when there is none. A project without tests leaves none, and ends well. */
function readTally(report: string, code: number | null): Tally | null {
  if (existsSync(report)) return tallyOf(JSON.parse(readFileSync(report, 'utf8')));
  return code === 0 ? nothing : null;
}

function withFault(part: string, tally: Tally | null, { code, lingers }: { code: number | null; lingers: boolean }): Tally {
  const { failures, ...rest } = tally ?? nothing;
  if (lingers) return { ...rest, failures: [...failures, `${part}: Jest did not end: a test left something open`] };
  if (code === 0 || failures.length > 0) return { ...rest, failures };
  return { ...rest, failures: [`${part}: Jest ended with ${code === null ? 'a signal' : `code ${code}`}`] };
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
