import { join } from 'node:path';
import { startCluster, type Cluster } from '../../local/clusters/cluster';
import type { ClusterOptions } from '../../local/clusters/control-plane';
import { startEtcd } from '../../local/clusters/etcd';
import { newRunFolder } from '../../local/processes/run-folder';
import { Supervisor } from '../../local/processes/supervisor';
import { binaries } from './binaries';

/** Clusters without nodes: etcd, API servers, and the controllers without which no pod could be created. */
export interface ApiServers {
  readonly clusters: readonly Cluster[];
  /** The only or first one. */
  readonly first: Cluster;
  stop(): Promise<void>;
}

const CONTROLLERS = ['serviceaccount-controller', 'root-ca-certificate-publisher-controller', 'namespace-controller'];

/** Starts `count` of them, named `a1`, `a2`, ...; about four seconds. */
export async function startApiServers(count = 1, options: ClusterOptions = {}): Promise<ApiServers> {
  const paths = await binaries();
  const folder = newRunFolder('api-servers');
  const supervisor = new Supervisor({ dir: join(folder.path, 'logs') });
  const stop = async (clusters: readonly Cluster[] = []) => {
    await supervisor.stop();
    await Promise.all(clusters.map((cluster) => cluster.disconnect()));
    folder.remove();
  };
  try {
    const etcd = startEtcd({ supervisor, binary: paths.etcd, dir: folder.path });
    const start = (name: string, index: number) =>
      startCluster({
        ...{ controllers: CONTROLLERS, scheduler: false, ...options },
        ...{ supervisor, binaries: paths, etcd, name, index, dir: join(folder.path, name), kwok: false },
      });
    const names = Array.from({ length: count }, (_, index) => `a${index + 1}`);
    const [first, ...others] = await supervisor.together(...names.map(start));
    if (!first) throw new Error('startApiServers needs a count of at least 1');
    const clusters = [first, ...others];
    return { clusters, first, stop: () => stop(clusters) };
  } catch (error) {
    await stop();
    throw error;
  }
}
