import { Client, Connection } from '@temporalio/client';
import { ensureBinaries, tools } from '../../../local/binaries';
import { nodeNames } from '../../../local/clusters/fake-nodes';
import type { Cluster } from '../../../local/clusters/cluster';
import { freePorts } from '../../../local/processes/ports';
import { newRunFolder } from '../../../local/processes/run-folder';
import type { Progress } from '../../../local/progress';
import { startStack, type Stack } from '../../../local/stack';
import { PodIo } from '../../support/pod-io';
import { usesOf, type Uses } from '../measure/processes';
import type { BenchOptions } from '../options';
import { bind, install, productKubeconfig } from './install';
import { POOL_LABEL } from './manifests';
import { Product } from './product';
import { openWatches, type Watches } from './watches';

/** Everything a scenario works with: a bound physical cluster without a policy yet, and what is measured with. */
export interface Rig {
  readonly options: BenchOptions;
  readonly virtual: Cluster;
  readonly physical: Cluster;
  readonly product: Product;
  readonly watches: Watches;
  readonly temporal: Client;
  /** What the pods have: logs, a shell, ports. */
  readonly io: PodIo;
  /** What every process of the stack has used so far. */
  uses(): Uses;
  stop(): Promise<void>;
}

/** Name of the physical node whose policy the window scenarios edit. */
export const WINDOW_NODE = 'c1-window-1';
/** What a kubelet allows by default; more where the pods of a run would not fit. */
const USUAL_POD_LIMIT = 110;

/** Where the clusters of this machine find the gateway. */
const GATEWAY = { KUBEOCEAN_GATEWAY_ADDRESS: '127.0.0.1', KUBEOCEAN_PROMETHEUS_PORT: '0' };
/** From here on kwok's own heartbeats would eat the cores: they are slowed down, and their absence is noticed later. */
const MANY_NODES = 500;
const SLOW_HEARTBEATS = { nodeLeaseSeconds: 200, nodeMonitorGraceSeconds: 250 };

/** Starts clusters, Temporal and the product. A failure stops what had been started. */
export async function startRig(options: BenchOptions, report: Progress): Promise<Rig> {
  const binaries = await ensureBinaries(tools, { report });
  const folder = newRunFolder('bench');
  const io = await PodIo.open();
  const onCrash = (error: Error) => report.say(error.message);
  const starting = startStack({
    ...{ binaries, dir: folder.path, report, onCrash },
    physicalClusters: 1,
    nodesPerCluster: 0,
    temporal: { unsafeNoSync: true },
    clusters: { audit: true },
    physical: { kwokConfig: io.config, ...(options.nodes >= MANY_NODES ? SLOW_HEARTBEATS : {}) },
  });
  const stack = await starting.catch((error: unknown) => {
    io.close();
    throw error;
  });
  const ends: (() => unknown)[] = [() => stack.stop(), () => io.close(), () => folder.remove()];
  const stop = async () => {
    for (const end of ends) await end();
  };
  try {
    const rig = { ...(await equip(stack, options, report)), io };
    ends.unshift(() => rig.watches.close(), () => rig.temporal.connection.close());
    return { ...rig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function equip(stack: Stack, options: BenchOptions, report: Progress): Promise<Omit<Rig, 'stop' | 'io'>> {
  const { virtual, supervisor, dir } = stack;
  const [physical] = stack.physical;
  if (physical === undefined) throw new Error('unreachable: the stack was started with one physical cluster');
  await addNodes(physical, options);
  await install(virtual, physical);
  const kubeconfig = await productKubeconfig(virtual, dir);
  const temporalAddress = stack.temporal.address;
  // The vnodes' own ports follow from their names, so that another run on this machine may have them.
  const [kubeletPort] = await freePorts(1);
  const product = new Product({ supervisor, kubeconfig, temporalAddress, cpuProf: options.cpuProf, settings: { ...GATEWAY, KUBEOCEAN_KUBELET_PORT: `${kubeletPort}` } });
  const step = report.step(`worker (${options.workers}) and gateway`);
  await Promise.all([product.startGateway(), ...Array.from({ length: options.workers }, () => product.startWorker())]);
  await bind(virtual, physical, dir);
  step.done('ready, bound');
  const connection = await Connection.connect({ address: temporalAddress });
  return {
    ...{ options, virtual, physical, product },
    watches: await openWatches(virtual, physical),
    temporal: new Client({ connection, namespace: stack.temporal.namespace }),
    uses: () => usesOf([...supervisor.running, { name: 'bench', pid: process.pid }]),
  };
}

async function addNodes(physical: Cluster, { nodes, pods, burst }: BenchOptions): Promise<void> {
  const needed = Math.ceil((1.5 * Math.max(pods, burst)) / nodes);
  const allocatable = { pods: String(Math.max(USUAL_POD_LIMIT, needed)) };
  await physical.addNodes({ names: nodeNames('c1-node', nodes), labels: { [POOL_LABEL]: 'main' }, allocatable });
  await physical.addNodes({ names: [WINDOW_NODE], labels: { [POOL_LABEL]: 'window' } });
}
