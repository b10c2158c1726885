import { CancellationScope, condition, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ShortActivities } from '../contracts/activities';
import type { Pulse } from './pulse';

const quick = proxyLocalActivities<ShortActivities>({
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
});

/** A worker that says nothing for so long is dead: what it was doing is redone. Longer than any pause of a live one. */
const SILENT_WORKER = '20 seconds';

const patient = proxyActivities<ShortActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: SILENT_WORKER,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/** The step was given up because a message or an instant came while it was being retried: decide again. */
export const WOKEN = Symbol('woken');

/** How long a step that repeating cannot mend rests when nothing calls. */
const REST = '5 minutes';

/**
 * Runs one activity at once in the workflow's own process (one attempt of two seconds, one history event).
 * When that does not succeed it runs as the same function on the task queue, retried until it does, or until a message
 * or the instant comes that the loop waits for: a backoff of minutes must delay neither a request nor a window's edge. A
 * failure that repeating cannot mend rests until then, at most five minutes; it never ends the workflow.
 *
 * @returns its result, or {@link WOKEN}
 */
export async function attempt<R>(
  pulse: Pulse,
  run: (activities: ShortActivities) => Promise<R>,
): Promise<R | typeof WOKEN> {
  try {
    return await run(quick);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
  const scope = new CancellationScope();
  const retried = scope.run(() => run(patient));
  const woken = condition(() => pulse.isCalled).then((): typeof WOKEN => WOKEN);
  try {
    return await Promise.race([retried, woken]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    if (!(await condition(() => pulse.isCalled, REST))) pulse.touch();
    return WOKEN;
  } finally {
    scope.cancel();
    retried.catch(() => undefined);
  }
}

/** One attempt of two seconds, in the workflow's own process, at something that saves time and that a later step does anyway. */
export async function headStart(run: (activities: ShortActivities) => Promise<void>): Promise<void> {
  try {
    await run(quick);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}

/** For what cannot be interrupted and may take its time: retried until it succeeds. */
export { patient as patiently };
