import { basename, relative } from 'node:path';
import { runCommand } from '../../local/binaries/run-command';
import type { JestStage } from './selection';
import type { Run } from './stage';

/** One Jest of a stage. */
export interface Part {
  readonly stage: JestStage;
  /** The only one of its stage has the stage's name, the others say what they run. */
  readonly name: string;
  /** Arguments that choose its files. */
  readonly files: readonly string[];
  /** About how long it takes beside others. It decides who begins first, and nothing else. */
  readonly seconds: number;
}

/** Those of workflows share one Temporal and its task queues. */
const SHARDS: Readonly<Record<Exclude<JestStage, 'e2e'>, { readonly count: number; readonly seconds: number }>> = {
  unit: { count: 1, seconds: 120 },
  workflow: { count: 1, seconds: 270 },
  integration: { count: 4, seconds: 120 },
};

/** The files of end-to-end tests that take long, mostly because they wait for minutes to pass. */
const LONG_FILES: Readonly<Record<string, number>> = {
  ...{ steering: 210, 'reclaim-kill': 180, 'window-edges': 160, walk: 150, reclaim: 130, faults: 130, bindings: 125, partition: 110 },
  ...{ 'vnode-rest': 95, outcomes: 80 },
};
const SHORT_FILE = 50;

/** What a stage consists of: end-to-end tests a file each, the others in a few shards. */
export async function partsOf(run: Run, stage: JestStage): Promise<Part[]> {
  if (stage === 'e2e') return await filesOf(run, stage);
  const { count, seconds } = SHARDS[stage];
  return Array.from({ length: count }, (_, index) => {
    const shard = `${index + 1}/${count}`;
    return { stage, name: count === 1 ? stage : `${stage} ${shard}`, files: ['--shard', shard, ...patterns(run)], seconds };
  });
}

/** The test files that were asked for, as Jest finds them. Where it finds none because it fails, running the whole stage says why. */
async function filesOf(run: Run, stage: JestStage): Promise<Part[]> {
  const { root, env, signal } = run;
  const args = ['node_modules/jest/bin/jest.js', '--selectProjects', stage, '--listTests', '--passWithNoTests', ...patterns(run)];
  const files: string[] = [];
  const onLine = (line: string) => void (line.endsWith('.test.ts') && files.push(relative(root, line)));
  const { code } = await runCommand({ command: process.execPath, args, cwd: root, env, signal, onLine });
  if (code !== 0) return [{ stage, name: stage, files: patterns(run), seconds: 0 }];
  return files.sort().map((file) => ({ stage, name: file, files: ['--runTestsByPath', file], seconds: secondsOf(file) }));
}

const secondsOf = (file: string) => LONG_FILES[basename(file, '.test.ts')] ?? SHORT_FILE;

const patterns = ({ selection: { paths } }: Run): string[] => (paths.length > 0 ? ['--testPathPatterns', ...paths] : []);
