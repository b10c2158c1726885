import { CoreV1Api, createConfiguration, ServerConfiguration } from '@kubernetes/client-node';
import { httpLibraryOver } from '../../../kube/http-library';
import { Transport } from '../../../kube/transport';
import { startApiServer, type TestApiServer } from './api-server';
import { startCountingProxy } from './counting-proxy';

let api: TestApiServer;
beforeAll(async () => {
  api = await startApiServer();
});
afterAll(() => api?.stop());

it('lets a generated API use kept connections', async () => {
  const proxy = await startCountingProxy(api.process.address);
  const access = api.access(proxy.port);
  const transport = new Transport(access, { userAgent: 'kubeocean/test', connections: 2, connectTimeoutMs: 5_000 });
  const baseServer = new ServerConfiguration(access.server, {});
  const core = new CoreV1Api(
    createConfiguration({ baseServer, httpApi: httpLibraryOver(transport), authMethods: {} }),
  );
  const body = { metadata: { name: 'generated' } };
  await core.createNamespace({ body });
  const reads = await Promise.all(Array.from({ length: 20 }, () => core.readNamespace({ name: 'generated' })));
  expect(reads.every((read) => read.metadata?.name === 'generated')).toBe(true);
  expect(proxy.accepted()).toBeLessThanOrEqual(2);
  await transport.close();
  await proxy.close();
});
