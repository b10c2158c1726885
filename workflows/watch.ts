import { CancellationScope, continueAsNew, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow';
import { WATCH_TASK_QUEUE } from '../api/names/group';
import type { WatchActivities } from './contracts/activities';
import { wantedSignal } from './contracts/common';
import type { WatchInput } from './contracts/watch';

const { watch: watchOnce } = proxyActivities<WatchActivities>({
  taskQueue: WATCH_TASK_QUEUE,
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '8 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 1 },
});

/**
 * Keeps one long, heartbeating activity alive: the informers of a cluster, the signals they cause and the
 * mirrors. When the worker that runs it dies, Temporal gives it to another one within ten seconds.
 * A workflow of its own, so that its parent may continue as new without cutting the watch.
 */
export async function watch(input: WatchInput): Promise<void> {
  setHandler(wantedSignal, () => undefined);
  try {
    await watchOnce(input.target);
  } catch (error) {
    if (isCancellation(error)) return;
    throw error;
  }
  if (CancellationScope.current().consideredCancelled) return;
  await continueAsNew<typeof watch>(input);
}
