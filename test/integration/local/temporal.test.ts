import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { newRunFolder, type RunFolder } from '../../../local/processes/run-folder';
import { Supervisor } from '../../../local/processes/supervisor';
import { TemporalDevServer, type TemporalOptions } from '../../../local/temporal/dev-server';
import { binaries } from '../../support/binaries';
import { eventually } from '../../support/eventually';

const koPhase = defineSearchAttributeKey('KoPhase', SearchAttributeType.KEYWORD);

let folder: RunFolder;
let supervisor: Supervisor;

beforeAll(() => {
  folder = newRunFolder('temporal');
});

beforeEach(() => {
  supervisor = new Supervisor({ dir: folder.path });
});

afterEach(async () => {
  await supervisor.stop();
});

afterAll(() => {
  folder.remove();
});

async function start(options: TemporalOptions): Promise<TemporalDevServer> {
  return await TemporalDevServer.start({ supervisor, binary: (await binaries()).temporal, ...options });
}

async function withClient<T>(server: TemporalDevServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection, namespace: server.namespace }));
  } finally {
    await connection.close();
  }
}

it('serves gRPC, metrics and the UI on addresses of its own', async () => {
  const [one, two] = [await start({ ui: true, namespace: 'first' }), await start({})];
  expect(two.uiUrl).toBeNull();
  await withClient(one, (client) => client.workflowService.describeNamespace({ namespace: 'first' }));
  await withClient(two, (client) => client.workflowService.describeNamespace({ namespace: 'default' }));
  for (const url of [one.uiUrl!, one.metricsUrl, two.metricsUrl]) {
    await eventually(async () => expect((await fetch(url)).status).toBe(200));
  }
});

it.each([{ end: 'stop' }, { end: 'kill' }] as const)('remembers workflows after $end and start', async ({ end }) => {
  const server = await start({ dataDir: `${folder.path}/${end}` });
  const { address } = server;
  const workflowId = `before-${end}`;
  const typedSearchAttributes = [{ key: koPhase, value: 'Ready' }];
  await withClient(server, (client) =>
    client.workflow.start('someType', { workflowId, taskQueue: 'q', typedSearchAttributes }),
  );
  await server[end]();
  await expect(Connection.connect({ address, connectTimeout: 500 })).rejects.toThrow();
  await server.start();
  expect(server.address).toBe(address);
  await withClient(server, async (client) => {
    await eventually(async () => expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('RUNNING'));
    await eventually(async () => expect((await client.workflow.count('KoPhase = "Ready"')).count).toBe(1));
  });
});
