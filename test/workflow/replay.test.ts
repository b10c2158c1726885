import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { parseHistory } from '../support/workflow/histories';
import { sharedServer } from '../support/workflow/shared-server';

const folder = join(__dirname, 'histories');
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

beforeAll(() => {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions: { logging: { filter } } });
});

const read = (name: string) => readFileSync(join(folder, name), 'utf8');

/** @returns what is wrong with it; undefined when today's code does what the history says */
async function replay(json: string): Promise<Error | undefined> {
  const options = { workflowBundle: { codePath: sharedServer().bundle } };
  const history = parseHistory(json);
  for await (const { error } of Worker.runReplayHistories(options, [{ workflowId: 'replayed', history }])) return error;
  throw new Error('nothing was replayed');
}

it('has a history of each workflow', () => {
  const types = names.map((name) => /"workflowType":\{"name":"(\w+)"/.exec(read(name))?.[1]);
  expect(types.sort()).toEqual(['audit', 'clusterBinding', 'leasedNode', 'manager', 'virtualPod', 'watch']);
});

it.each(names)('%s replays', async (name) => {
  expect(await replay(read(name))).toBeUndefined();
});

it('notices code that does not do what a history says', async () => {
  const other = read('leased-node.json').replaceAll('"virtualPod"', '"somethingElse"');
  expect(await replay(other)).toMatchObject({ name: 'DeterminismViolationError' });
});

it.each(names)('%s names no machine', (name) => {
  const identities = new Set(read(name).match(/"(identity|stackTrace)":"[^"]*"/g));
  expect([...identities].filter((found) => found !== '"stackTrace":""')).toEqual(['"identity":"recorded"']);
  expect(read(name)).not.toMatch(/\d+@[\w.-]+/);
});
