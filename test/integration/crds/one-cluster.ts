import { dirname } from 'node:path';
import { createKubeClient, loadKubeconfig, type KubeClient } from '../../../kube';
import { startApiServers } from '../../support/api-servers';
import { kubectl } from '../../support/kubectl';

/** One API server with the controllers that ServiceAccounts and their tokens need. */
export interface OneCluster {
  /** File with admin rights. */
  readonly kubeconfig: string;
  readonly server: string;
  readonly client: KubeClient;
  /** Folder that goes with the cluster. */
  readonly dir: string;
  /** Runs kubectl as admin; rejects with what it wrote to standard error. */
  kubectl(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startOneCluster(): Promise<OneCluster> {
  const servers = await startApiServers(1, { controllers: ['serviceaccount-controller', 'serviceaccount-token-controller'] });
  const { kubeconfig, server } = servers.first;
  const client = createKubeClient(loadKubeconfig(kubeconfig));
  return {
    kubeconfig,
    server,
    client,
    dir: dirname(kubeconfig),
    kubectl: (...args) => kubectl(kubeconfig, ...args),
    stop: async () => {
      await client.close();
      await servers.stop();
    },
  };
}
