import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { openWorkflowsOf } from '../../../activities/temporal/open-workflows';
import type { OpenWorkflows } from '../../../activities/temporal/open-workflows';
import { sharedActivities } from '../../../activities/temporal/shared';
import type { Fleet } from '../../../activities/fleet/fleet';
import { TASK_QUEUE, WATCH_TASK_QUEUE } from '../../../api/names/group';
import { BEATING } from '../../../workers/heartbeats';
import { connectTemporal } from '../../../workers/temporal';
import type { TemporalConnections } from '../../../workers/temporal';
import type { ClusterBindingInput } from '../../../workflows/contracts/cluster-binding';
import { bindingId, nodeId, podId } from '../../../workflows/contracts/ids';
import type { LeasedNodeInput } from '../../../workflows/contracts/leased-node';
import type { Settings } from '../../../workflows/contracts/settings';
import { DEFAULT_SETTINGS } from '../../../workflows/contracts/settings';
import type { PodRef, VirtualPodInput } from '../../../workflows/contracts/virtual-pod';
import { eventually } from '../eventually';
import { createNamespace } from './namespace';
import { sharedServer } from './shared-server';
import type { SharedServer } from './shared-server';
import { ActivityStubs } from './stubs';

/** Nothing happens by itself: no tick, no continue-as-new. */
export const QUIET: Settings = { ...DEFAULT_SETTINGS, quietMillis: 0 };
/** Parents look after their children all the time. */
export const TICKING: Settings = { ...QUIET, tickMillis: 1_500 };

const LOUD = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });

/** Temporal as one test file sees it: a namespace of its own, real workers, and stubs for activities. */
export class World {
  private workers: readonly Worker[] = [];
  private ended: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly temporal: TemporalConnections,
    readonly stubs: ActivityStubs,
    private readonly bundle: string,
  ) {}

  static async open({ address, bundle }: Pick<SharedServer, 'address' | 'bundle'> = sharedServer()): Promise<World> {
    const namespace = await createNamespace(address);
    process.env.TEMPORAL_ADDRESS = address;
    process.env.TEMPORAL_NAMESPACE = namespace;
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [], telemetryOptions: { logging: { filter: LOUD } } });
    const temporal = await connectTemporal();
    const stubs = new ActivityStubs(speakingToTemporal(temporal.client));
    const world = new World(temporal, stubs, bundle);
    await world.startWorkers();
    return world;
  }

  /** Over the product's own connection, with its tuned retry. */
  get client(): Client {
    return this.temporal.client;
  }

  /** What the visibility store, which lags by a moment, knows of open workflows. */
  get openWorkflows(): OpenWorkflows {
    return openWorkflowsOf(this.client);
  }

  async startWorkers(): Promise<void> {
    this.workers = await createWorkers(this.temporal, this.stubs, this.bundle);
    this.ended = Promise.all(this.workers.map((worker) => worker.run()));
  }

  /** From then on nobody acts, until they are started again. */
  async stopWorkers(): Promise<void> {
    for (const worker of this.workers) worker.shutdown();
    await this.ended;
    this.workers = [];
  }

  async close(): Promise<void> {
    await this.stopWorkers();
    await this.temporal.close();
  }

  handle(workflowId: string): WorkflowHandle {
    return this.client.workflow.getHandle(workflowId);
  }

  async startBinding(input: ClusterBindingInput): Promise<WorkflowHandle> {
    return await this.start('clusterBinding', bindingId(input.name), input);
  }

  async startNode(input: LeasedNodeInput): Promise<WorkflowHandle> {
    return await this.start('leasedNode', nodeId(input.binding, input.node), input);
  }

  async startPod(input: VirtualPodInput): Promise<WorkflowHandle> {
    return await this.start('virtualPod', podId(input.pod.uid), input);
  }

  /** Status of the latest run, such as `RUNNING`; `ABSENT`: no workflow ever had that id. */
  async statusOf(workflowId: string): Promise<string> {
    try {
      return (await this.handle(workflowId).describe()).status.name;
    } catch (error) {
      if (error instanceof Error && error.name === 'WorkflowNotFoundError') return 'ABSENT';
      throw error;
    }
  }

  /** Id of the latest run. */
  async runOf(workflowId: string): Promise<string> {
    return (await this.handle(workflowId).describe()).runId;
  }

  /** Waits until a workflow runs. */
  async runs(workflowId: string, within = 10_000): Promise<void> {
    await eventually(async () => {
      const status = await this.statusOf(workflowId);
      if (status !== 'RUNNING') throw new Error(`${workflowId} is ${status}`);
    }, { within });
  }

  private async start(type: string, workflowId: string, input: object): Promise<WorkflowHandle> {
    return await this.client.workflow.start(type, { workflowId, taskQueue: TASK_QUEUE, args: [input] });
  }
}

/** A binding; its name has to be new to the test file. */
export function someBinding(name: string, settings: Settings = QUIET): ClusterBindingInput {
  return { name, uid: `uid-of-${name}`, settings };
}

/** A node of {@link someBinding}. */
export function nodeOf({ name, uid, settings }: ClusterBindingInput, node = 'n1'): LeasedNodeInput {
  return { binding: name, bindingUid: uid, node, settings };
}

/** A pod on a node of {@link someBinding}; its physical pod exists already. */
export function podOf({ name, uid }: ClusterBindingInput, pod: PodRef): VirtualPodInput {
  return { binding: name, bindingUid: uid, node: 'n1', pod, created: true };
}

/** A pod that no other test knows, unless a UID is given. */
export function somePod(name = 'p', uid: string = randomUUID()): PodRef {
  return { namespace: 'default', name, uid };
}

function speakingToTemporal(client: Client): ConstructorParameters<typeof ActivityStubs>[0] {
  const noClusters = {} as Fleet;
  const { tellNodes } = sharedActivities(noClusters, client, openWorkflowsOf(client));
  return { tellNodes, openWorkflows: openWorkflowsOf(client) };
}

async function createWorkers(
  { native, namespace }: TemporalConnections,
  { activities }: ActivityStubs,
  codePath: string,
): Promise<Worker[]> {
  const { watch, ...short } = activities;
  const common = { connection: native, namespace, identity: 'test' };
  return await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath },
      activities: short,
      ...BEATING,
      maxCachedWorkflows: 300,
      stickyQueueScheduleToStartTimeout: '2 seconds',
      // A bug in a workflow ends the test that meets it, instead of being retried for ever.
      workflowFailureErrorTypes: { '*': ['Error'] },
    }),
    Worker.create({ ...common, taskQueue: WATCH_TASK_QUEUE, activities: { watch }, maxHeartbeatThrottleInterval: '200 milliseconds' }),
  ]);
}
