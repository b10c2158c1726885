import { join } from 'node:path';
import { runJest } from '../../../scripts/test/jest-stage';
import type { Run } from '../../../scripts/test/stage';
import type { Tally } from '../../../scripts/test/tally';
import { recordedProgress, temporaryFolder, writeProgram } from './support';

const base = temporaryFolder();
let count = 0;

/** A project whose Jest does what the script says; `report` writes one with the tests given. */
function projectWith(script: string) {
  const root = join(base, `project-${count++}`);
  const report = `
    const { writeFileSync } = require('node:fs');
    const file = process.argv[process.argv.indexOf('--outputFile') + 1];
    const report = (...statuses) => writeFileSync(file, JSON.stringify({ testResults: [{
      name: 'a.test.ts', status: statuses.includes('failed') ? 'failed' : 'passed',
      assertionResults: statuses.map((status) => ({ status, fullName: status })),
    }] }));`;
  writeProgram(join(root, 'node_modules', 'jest', 'bin', 'jest.js'), `${report}\n${script}`);
  const selection = { stages: ['unit'], paths: [] } as const;
  return { root, folder: root, selection, progress: recordedProgress(), env: process.env, signal: new AbortController().signal } satisfies Run;
}

it.each<[what: string, script: string, tally: Tally]>([
  ['all kinds', `report('passed', 'failed', 'pending'); process.exit(1)`, { passed: 1, failures: ['failed'], skipped: ['pending'] }],
  ['no tests', '', { passed: 0, failures: [], skipped: [] }],
  ['a crash', 'process.exit(3)', { passed: 0, failures: ['unit: Jest ended with code 3'], skipped: [] }],
  ['a crash after all passed', `report('passed'); process.exit(1)`, { passed: 1, failures: ['unit: Jest ended with code 1'], skipped: [] }],
  ['a kill', `process.kill(process.pid, 'SIGKILL')`, { passed: 0, failures: ['unit: Jest ended with a signal'], skipped: [] }],
  [
    'something left open',
    `report('passed'); setInterval(() => undefined, 1000)`,
    { passed: 1, failures: ['unit: Jest did not end: a test left something open'], skipped: [] },
  ],
])('counts %s', async (_what, script, tally) => {
  expect(await runJest(projectWith(script), ['unit'], 3_000)).toEqual(tally);
});

describe('end-to-end tests', () => {
  const list = `if (process.argv.includes('--listTests')) { console.log(['a', 'b'].map((name) => process.cwd() + '/test/e2e/' + name + '.test.ts').join('\\n')); process.exit(LISTED); }`;
  const byFile = `report(process.argv.at(-1) === 'test/e2e/a.test.ts' ? 'passed' : 'pending')`;

  it('run a file each', async () => {
    const run = projectWith(list.replace('LISTED', '0') + byFile);
    expect(await runJest(run, ['e2e'])).toEqual({ passed: 1, failures: [], skipped: ['pending'] });
    expect(run.progress.lines).toEqual(['e2e, 1 of 2 parts', 'e2e: 1 passed, 0 failed, 1 skipped']);
  });

  it('fail when nobody can say which they are', async () => {
    const run = projectWith(`${list.replace('LISTED', '1')} process.exit(1)`);
    expect(await runJest(run, ['e2e'])).toEqual({ passed: 0, failures: ['e2e: Jest ended with code 1'], skipped: [] });
  });

  it('are not begun any more once the run is interrupted', async () => {
    const run = { ...projectWith(`${list.replace('LISTED', '0')} report('passed')`), signal: AbortSignal.abort() };
    expect(await runJest(run, ['e2e'])).toEqual({ passed: 0, failures: [], skipped: [] });
    expect(run.progress.lines).toEqual(['e2e: 0 passed, 0 failed, 0 skipped']);
  });
});
