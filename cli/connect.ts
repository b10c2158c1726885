import { accessSync, constants } from 'node:fs';
import { createKubeClient, loadKubeconfig, type ClusterAccess, type KubeClient } from '../kube';
import { UserError } from './user-error';

/** A cluster as a command sees it. */
export interface Connection {
  readonly access: ClusterAccess;
  readonly client: KubeClient;
}

/**
 * Runs `action` with a client for the operator's own kubeconfig, and closes the client afterwards.
 *
 * @param file Value of `--kubeconfig`; absent: `KUBECONFIG`, else `~/.kube/config`.
 * @throws UserError when the kubeconfig cannot be read or used.
 */
export async function withCluster<R>(file: string | undefined, action: (connection: Connection) => Promise<R>): Promise<R> {
  const access = openAccess(file);
  const client = createKubeClient(access, { component: 'cli' });
  try {
    return await action({ access, client });
  } finally {
    await client.close();
  }
}

function openAccess(file: string | undefined): ClusterAccess {
  if (file !== undefined) assertReadable(file);
  try {
    return loadKubeconfig(file);
  } catch (error) {
    const source = file === undefined ? 'KUBECONFIG or ~/.kube/config' : `--kubeconfig ${file}`;
    throw new UserError(`${source} cannot be used: ${(error as Error).message}`);
  }
}

function assertReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new UserError(`--kubeconfig ${file} cannot be read; name the kubeconfig file of the cluster.`);
  }
}
