import { Context } from '@temporalio/activity';
import type { WatchActivities } from '../../workflows/contracts/activities';
import type { WatchTarget } from '../../workflows/contracts/watch';
import { failing } from '../failing';
import { watchBinding } from './watch-binding';
import type { WatchDependencies } from './watch-binding';
import { watchVirtual } from './watch-virtual';

/** Well inside the heartbeat timeout of 6 s, so that one that is late loses nothing. */
const HEARTBEAT_MILLIS = 1_000;

export type { WatchDependencies } from './watch-binding';

/** The one long activity; a slot of the watch worker each. */
export function watchActivities(deps: WatchDependencies): WatchActivities {
  return {
    watch: failing(async (target) => {
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MILLIS);
      try {
        const stopped = context.cancellationSignal;
        const outcome = await watchTarget(deps, target, stopped);
        // Cancelled (by a workflow or by a worker that shuts down): say so, and let another attempt take over.
        if (stopped.aborted) await context.cancelled;
        return outcome;
      } finally {
        clearInterval(beat);
      }
    }),
  };
}

async function watchTarget(deps: WatchDependencies, target: WatchTarget, stopped: AbortSignal): Promise<'again' | 'gone'> {
  if (target.kind === 'binding') return watchBinding(deps, { name: target.binding, uid: target.uid }, stopped);
  await watchVirtual(deps, stopped);
  return 'again';
}
