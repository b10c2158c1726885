import { startSharedServer } from './shared-server';
import type { SharedServer } from './shared-server';

/** Where {@link globalSetup} leaves the server for the teardown, which runs in the same process. */
const KEY = Symbol.for('kubeocean.test.temporal');

type Holder = { [KEY]?: SharedServer };

/** Jest's globalSetup of the project `workflow`: one server and one bundle for all its files. */
export default async function globalSetup(): Promise<void> {
  const server = await startSharedServer();
  (globalThis as Holder)[KEY] = server;
  process.env.KUBEOCEAN_TEST_TEMPORAL_ADDRESS = server.address;
  process.env.KUBEOCEAN_TEST_WORKFLOW_BUNDLE = server.bundle;
}

/** Its counterpart. */
export async function stopSharedServer(): Promise<void> {
  await (globalThis as Holder)[KEY]?.stop();
}
