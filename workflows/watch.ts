import { CancellationScope, continueAsNew, isCancellation, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import { WATCH_TASK_QUEUE } from '../api/names/group';
import type { WatchActivities } from './contracts/activities';
import { resyncSignal, wantedSignal } from './contracts/common';
import type { WatchInput } from './contracts/watch';

const { watch: watchOnce } = proxyActivities<WatchActivities>({
  taskQueue: WATCH_TASK_QUEUE,
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '6 seconds',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 1 },
});

/** A watch that finds nothing to watch is not started again before this, milliseconds. */
const REST_MILLIS = 1_000;

/**
 * Keeps one long, heartbeating activity alive: the informers of a cluster, the signals they cause and the
 * mirrors. When the worker that runs it dies, Temporal gives it to another one within seven seconds.
 * A workflow of its own, so that its parent may continue as new without cutting the watch.
 * A resync starts the activity anew, which compares everything; so does a parent whose binding has another UID.
 */
export async function watch(input: WatchInput): Promise<void> {
  const scope = new CancellationScope();
  let { target } = input;
  let again = false;
  let wanted = false;
  const startAgain = () => {
    again = true;
    scope.cancel();
  };
  CancellationScope.current().cancelRequested.catch(() => (wanted = false));
  setHandler(wantedSignal, ({ uid }) => {
    wanted = true;
    if (target.kind === 'virtual' || target.uid === uid) return;
    target = { ...target, uid };
    startAgain();
  });
  setHandler(resyncSignal, startAgain, { description: 'Compare everything now.' });
  try {
    const outcome = await scope.run(() => watchAndRest(input));
    if (outcome === 'gone' && target === input.target) return;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    if (!again && !wanted) return;
  }
  // Cancelled from outside, unless somebody wants it since.
  if (CancellationScope.current().consideredCancelled && !wanted) return;
  await continueAsNew<typeof watch>({ ...input, target });
}

async function watchAndRest({ target }: WatchInput): Promise<'again' | 'gone'> {
  const startedAt = Date.now();
  const outcome = await watchOnce(target);
  const left = startedAt + REST_MILLIS - Date.now();
  if (outcome !== 'gone' && left > 0) await sleep(left, { summary: 'nothing to watch yet' });
  return outcome;
}
