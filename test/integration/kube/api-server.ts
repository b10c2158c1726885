import { createKubeClient, Namespaces, parseKubeconfig, ServiceAccounts } from '../../../kube';
import type { ClientOptions, ClusterAccess, KubeClient } from '../../../kube';
import type { Cluster } from '../../../local/clusters/cluster';
import { kubeconfigText } from '../../../local/clusters/kubeconfig';
import { startApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';

/** One API server, and the means to reach it as our client does. */
export interface TestApiServer {
  readonly process: Cluster['apiServer'];
  /** PEM of the authority. */
  readonly ca: string;
  /** Admin, straight to the server. */
  readonly client: KubeClient;
  /** Admin, at the server or at a port of loopback that leads to it. */
  access(port?: number): ClusterAccess;
  /** A client that is closed with the server. */
  connect(port?: number, options?: ClientOptions): KubeClient;
  /** An empty namespace in which pods can be created. */
  namespace(): Promise<string>;
  stop(): Promise<void>;
}

export async function startApiServer(): Promise<TestApiServer> {
  // No other controller: it would put a ConfigMap into each namespace.
  const servers = await startApiServers(1, { controllers: ['serviceaccount-controller'] });
  const { apiServer, ca, admin } = servers.first;
  const clients: KubeClient[] = [];
  const access = (port = apiServer.address.port) =>
    parseKubeconfig(kubeconfigText({ name: 't', server: `https://127.0.0.1:${port}`, ca, credential: admin }));
  const connect = (port?: number, options?: ClientOptions) => {
    const client = createKubeClient(access(port), options);
    clients.push(client);
    return client;
  };
  const client = connect();
  let namespaces = 0;
  const namespace = async () => {
    const name = `ns-${(namespaces += 1)}`;
    await client.create(Namespaces, { metadata: { name } });
    const key = { namespace: name, name: 'default' };
    await eventually(async () => expect(await client.get(ServiceAccounts, key)).not.toBeNull());
    return name;
  };
  const stop = async () => {
    await Promise.all(clients.map((each) => each.close()));
    await servers.stop();
  };
  return { process: apiServer, ca, client, access, connect, namespace, stop };
}
