import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import type { createActivities } from '../activities';
import { TASK_QUEUE, WATCH_TASK_QUEUE } from '../api/names/group';
import { BEATING } from './heartbeats';
import type { TemporalConnections } from './temporal';

/** The workers of one process. */
export interface RunningWorkers {
  /** Whether both poll. */
  running(): boolean;
  /** Whether one has failed for good. */
  failed(): boolean;
  /** Stops polling, lets what runs end, hands the watches to another process. */
  stop(): Promise<void>;
  /** Resolves when both have stopped. @throws when one failed */
  ended(): Promise<void>;
}

/** Watches that one process may hold; each is a binding, plus the one of the virtual cluster. */
const WATCH_SLOTS = 200;

/** Starts the two workers of a process: workflows with short activities, and watches. */
export async function startWorkers(
  { native, namespace }: TemporalConnections,
  { short, watch }: ReturnType<typeof createActivities>,
): Promise<RunningWorkers> {
  const workers = await Promise.all([
    Worker.create({
      connection: native,
      namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: { codePath: join(__dirname, '..', 'workflow-bundle.js') },
      activities: { ...short },
      ...BEATING,
      maxCachedWorkflows: 400,
      maxConcurrentWorkflowTaskExecutions: 16,
      maxConcurrentActivityTaskExecutions: 100,
      maxConcurrentLocalActivityExecutions: 200,
      stickyQueueScheduleToStartTimeout: '2 seconds',
      shutdownGraceTime: '5 seconds',
      shutdownForceTime: '15 seconds',
    }),
    Worker.create({
      connection: native,
      namespace,
      taskQueue: WATCH_TASK_QUEUE,
      activities: { ...watch },
      maxConcurrentActivityTaskExecutions: WATCH_SLOTS,
      maxHeartbeatThrottleInterval: '1 second',
      shutdownGraceTime: '100 milliseconds',
      shutdownForceTime: '10 seconds',
    }),
  ]);
  const runs = workers.map((worker) => worker.run());
  const all = Promise.all(runs).then(() => undefined);
  all.catch(() => undefined);
  return {
    running: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    failed: () => workers.some((worker) => worker.getState() === 'FAILED'),
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(runs);
    },
    ended: () => all,
  };
}
