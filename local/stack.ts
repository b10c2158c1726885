import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster, type Cluster } from './clusters/cluster';
import type { ClusterBinaries, ClusterOptions } from './clusters/control-plane';
import { startEtcd } from './clusters/etcd';
import { nodeNames, type FakeNodes } from './clusters/fake-nodes';
import type { ProcessError } from './processes/process-error';
import { Supervisor } from './processes/supervisor';
import { silentProgress, type Progress } from './progress';
import { TemporalDevServer, type TemporalOptions } from './temporal/dev-server';

/** Paths of all executables of a stack. */
export type StackBinaries = ClusterBinaries & { readonly temporal: string };

/** What is started, and where it lives. */
export interface StackOptions {
  readonly binaries: StackBinaries;
  /** Everything of this stack lives below this folder: data, certificates, kubeconfigs, `logs/`. */
  readonly dir: string;
  /** Default 2. Their names are `c1`, `c2`, ... */
  readonly physicalClusters?: number;
  /** Default 3. Their names are `<cluster>-node-1`, ... */
  readonly nodesPerCluster?: number;
  /** Labels, taints and resources of these nodes. */
  readonly nodes?: Omit<FakeNodes, 'names'>;
  /** For all clusters. */
  readonly clusters?: ClusterOptions;
  /** On top of `clusters`, for the virtual one. */
  readonly virtual?: ClusterOptions;
  /** On top of `clusters`, for the physical ones. */
  readonly physical?: ClusterOptions;
  /** False: no Temporal. Default a server without UI whose database is below `dir`. */
  readonly temporal?: TemporalOptions | false;
  /** Shows one step for Temporal and one for each cluster. */
  readonly report?: Progress;
  /** Told when a process ends that should run. */
  readonly onCrash?: (error: ProcessError) => void;
}

/** The virtual cluster, the physical clusters and Temporal on this machine. */
export interface Stack {
  readonly virtual: Cluster;
  readonly physical: readonly Cluster[];
  /** @throws Error when the stack was started without. */
  readonly temporal: TemporalDevServer;
  /** For more processes that shall live and die with this stack (`StopTier.Product`: before everything else). */
  readonly supervisor: Supervisor;
  readonly dir: string;
  /** Stops everything in order, in about two seconds. The folder stays. */
  stop(): Promise<void>;
}

/** Starts a stack; two on one machine do not meet. A failure stops what had been started. */
export async function startStack(options: StackOptions): Promise<Stack> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const supervisor = new Supervisor({ dir: join(options.dir, 'logs'), onCrash: options.onCrash });
  const [[virtual, ...physical], temporal] = await supervisor.together(
    startClusters(options, supervisor),
    startTemporal(options, supervisor),
  );
  if (!virtual) throw new Error('unreachable: the virtual cluster is always started');
  return {
    ...{ virtual, physical, supervisor, dir: options.dir },
    get temporal() {
      if (temporal === null) throw new Error('this stack was started without Temporal');
      return temporal;
    },
    stop: async () => {
      await supervisor.stop();
      await Promise.all([virtual, ...physical].map((cluster) => cluster.disconnect()));
    },
  };
}

async function startClusters(options: StackOptions, supervisor: Supervisor): Promise<Cluster[]> {
  const { binaries, dir, physicalClusters = 2, nodesPerCluster = 3 } = options;
  const etcd = startEtcd({ supervisor, binary: binaries.etcd, dir });
  const start = async (name: string, index: number) => {
    const own = index === 0 ? options.virtual : options.physical;
    const cluster = await startCluster({
      ...{ ...options.clusters, ...own },
      ...{ supervisor, binaries, etcd, name, index, dir: join(dir, name), kwok: index > 0 },
    });
    await cluster.addNodes({ ...options.nodes, names: nodeNames(`${name}-node`, index === 0 ? 0 : nodesPerCluster) });
    return cluster;
  };
  const names = ['virtual', ...Array.from({ length: physicalClusters }, (_, index) => `c${index + 1}`)];
  return await supervisor.together(...names.map((name, index) => shown(options, `cluster ${name}`, start(name, index))));
}

async function startTemporal(options: StackOptions, supervisor: Supervisor): Promise<TemporalDevServer | null> {
  if (options.temporal === false) return null;
  const dataDir = join(options.dir, 'temporal');
  const server = TemporalDevServer.start({
    ...{ dataDir, ...options.temporal },
    ...{ supervisor, binary: options.binaries.temporal },
  });
  return await shown(options, 'Temporal', server);
}

async function shown<T>({ report = silentProgress }: StackOptions, title: string, work: Promise<T>): Promise<T> {
  const step = report.step(title);
  try {
    const result = await work;
    step.done('ready');
    return result;
  } catch (error) {
    step.fail('did not start');
    throw error;
  }
}
