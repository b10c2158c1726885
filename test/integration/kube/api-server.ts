import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeClient, Namespaces, parseKubeconfig, ServiceAccounts } from '../../../kube';
import type { ClientOptions, ClusterAccess, KubeClient } from '../../../kube';
import { ensureBinaries } from '../../../local/binaries';
import { ApiServer } from '../../../local/clusters/api-server';
import { startEtcd } from '../../../local/clusters/etcd';
import { kubeconfigText } from '../../../local/clusters/kubeconfig';
import { createPki, type Pki } from '../../../local/clusters/pki';
import { Supervisor } from '../../../local/processes/supervisor';

/** One API server with its etcd and no controllers: nothing happens in it that a test did not do. */
export interface TestApiServer {
  readonly process: ApiServer;
  /** Admin, straight to the server. */
  readonly client: KubeClient;
  readonly pki: Pki;
  /** Admin, at the server or at a port of loopback that leads to it. */
  access(port?: number): ClusterAccess;
  /** A client that is closed with the server. */
  connect(port?: number, options?: ClientOptions): KubeClient;
  /** A namespace in which pods can be created. */
  namespace(): Promise<string>;
  stop(): Promise<void>;
}

export async function startApiServer(): Promise<TestApiServer> {
  const binaries = await ensureBinaries(['etcd', 'kube-apiserver']);
  const dir = await mkdtemp(join(tmpdir(), 'kubeocean-kube-'));
  const supervisor = new Supervisor({ dir: join(dir, 'logs') });
  const [etcd, pki] = await Promise.all([
    startEtcd({ supervisor, binary: binaries.etcd, dir }),
    createPki('t', join(dir, 'pki')),
  ]);
  const process = await ApiServer.start({
    supervisor,
    binary: binaries['kube-apiserver'],
    cluster: 't',
    dir,
    etcdUrl: etcd.url,
    pki,
    extraArgs: ['--event-ttl=1h'],
  });
  const clients: KubeClient[] = [];
  const access = (port = process.address.port) =>
    parseKubeconfig(
      kubeconfigText({ name: 't', server: `https://127.0.0.1:${port}`, ca: pki.ca, credential: pki.admin }),
    );
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
    await client.create(ServiceAccounts, { metadata: { name: 'default', namespace: name } });
    return name;
  };
  const stop = async () => {
    await Promise.all(clients.map((each) => each.close()));
    await supervisor.stop();
    await rm(dir, { recursive: true, force: true });
  };
  return { process, client, pki, access, connect, namespace, stop };
}

/** Repeats `check` until it passes; fails with its last error. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 20_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
