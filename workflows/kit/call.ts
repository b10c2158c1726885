import { CancellationScope, condition, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { ShortActivities } from '../contracts/activities';
import type { Pulse } from './pulse';

const quick = proxyLocalActivities<ShortActivities>({
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
});

/** For what takes seconds, tried three times. Longer than a workflow task may take: the worker prolongs the task meanwhile. */
export const steady = proxyLocalActivities<ShortActivities>({
  startToCloseTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** A worker that says nothing for so long is dead: what it was doing is redone. Longer than any pause of a live one. */
const SILENT_WORKER = '20 seconds';

const LONG = { startToCloseTimeout: '2 minutes', heartbeatTimeout: SILENT_WORKER } as const;
const DOUBLING = { initialInterval: '1 second', backoffCoefficient: 2 } as const;

/** Whatever calls may interrupt it. */
const patient = proxyActivities<ShortActivities>({ ...LONG, retry: { ...DOUBLING, maximumInterval: '5 minutes' } });

/** Nothing interrupts it, and the loop waits: it never rests for long. */
const stubborn = proxyActivities<ShortActivities>({ ...LONG, retry: { ...DOUBLING, maximumInterval: '10 seconds' } });

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

/**
 * Tries, in the workflow's own process, something that saves time and that a later step does anyway.
 * @param through default one attempt of two seconds; {@link steady} for what there is much of
 * @returns its result; undefined when it did not succeed
 */
export async function headStart<R>(run: (activities: ShortActivities) => Promise<R>, through = quick): Promise<R | undefined> {
  try {
    return await run(through);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

/**
 * For what cannot be interrupted: retried until it succeeds, every ten seconds at last. What asks a physical cluster, which may be
 * silent, is not to be waited for in this way.
 */
export { stubborn as patiently };

/**
 * The same at once, in the workflow's own process, if `through` is enough for it: many steps that wait for a silent cluster may stand
 * before it in the queue.
 * @param through default one attempt of two seconds; {@link steady} for what there is much of, and is not to be begun anew for that
 */
export async function promptly<R>(run: (activities: ShortActivities) => Promise<R>, through = quick): Promise<R> {
  try {
    return await run(through);
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
  return await run(stubborn);
}
