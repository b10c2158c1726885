import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { newRunFolder } from '../../../local/processes/run-folder';
import { Supervisor } from '../../../local/processes/supervisor';
import { TemporalDevServer } from '../../../local/temporal/dev-server';
import { binaries } from '../binaries';

/** What all test files of one Jest run share. */
export interface SharedServer {
  /** host:port of the dev server. */
  readonly address: string;
  /** Path of the bundle of `workflows/`. */
  readonly bundle: string;
  stop(): Promise<void>;
}

/** Starts one Temporal dev server, in memory, and bundles the workflows once. */
export async function startSharedServer(): Promise<SharedServer> {
  const folder = newRunFolder('workflow-tests');
  const supervisor = new Supervisor({ dir: folder.path });
  const bundle = join(folder.path, 'workflows.js');
  const stop = async () => {
    await supervisor.stop();
    folder.remove();
  };
  try {
    const { temporal: binary } = await binaries();
    const [server, code] = await Promise.all([TemporalDevServer.start({ supervisor, binary }), bundleWorkflows()]);
    writeFileSync(bundle, code);
    return { address: server.address, bundle, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server that Jest's globalSetup started. */
export function sharedServer(): Pick<SharedServer, 'address' | 'bundle'> {
  const { KUBEOCEAN_TEST_TEMPORAL_ADDRESS: address = '', KUBEOCEAN_TEST_WORKFLOW_BUNDLE: bundle = '' } = process.env;
  return { address, bundle };
}

/** The code that a worker runs in its sandbox; fails when a workflow imports what the sandbox does not have. */
export async function bundleWorkflows(): Promise<string> {
  const workflowsPath = require.resolve('../../../workflows');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  return code;
}
