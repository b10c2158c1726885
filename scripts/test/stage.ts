import { join } from 'node:path';
import { withLock } from '../../local/binaries/file-lock';
import { runCommand } from '../../local/binaries/run-command';
import type { Progress } from '../../local/progress';
import { runJest } from './jest-stage';
import { isJestStage, type Selection, type Stage } from './selection';
import { nothing, sum, type Tally } from './tally';

/** What every stage of a run works with. */
export interface Run {
  readonly root: string;
  readonly selection: Selection;
  readonly progress: Progress;
  /** Environment of the tools: with the servers' paths, and temporary files in the folder of the run. */
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Runs stages that do not need each other, and counts. Never rejects because of what is tested. */
export async function runStages(run: Run, stages: readonly Stage[]): Promise<Tally> {
  const checks = stages.filter((stage) => !isJestStage(stage));
  return sum(await Promise.all([...checks.map((stage) => runCheckOf(run, stage)), runJest(run, stages.filter(isJestStage))]));
}

async function runCheckOf(run: Run, stage: Stage): Promise<Tally> {
  if (stage === 'lint') return await runCheck(run, stage, ['node_modules/eslint/bin/eslint.js', '.']);
  // The compiler's notes are no place for two writers.
  const lock = join(run.root, 'dist', '.types');
  return await withLock(lock, () => undefined, () => runCheck(run, stage, ['node_modules/typescript/bin/tsc', '--noEmit']));
}

/** A program that counts as one test. Its output is shown when it fails. */
async function runCheck(run: Run, stage: Stage, args: readonly string[]): Promise<Tally> {
  const step = run.progress.step(stage);
  const { root: cwd, env, signal } = run;
  const lines: string[] = [];
  const { code } = await runCommand({ command: process.execPath, args, cwd, env, signal, onLine: (line) => lines.push(line) });
  if (code === 0) {
    step.done('passed');
    return { ...nothing, passed: 1 };
  }
  lines.forEach((line) => run.progress.say(line));
  step.fail('see above');
  return { ...nothing, failures: [stage] };
}
