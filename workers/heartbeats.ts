import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** How often an activity says that it is being worked on, milliseconds: well below `SILENT_WORKER` in `workflows/kit/call.ts`. */
export const BEAT_MS = 5_000;

/**
 * Tells Temporal of an activity that it is being worked on, so that one whose worker has died is redone after seconds. Says nothing of
 * an activity that nobody waits for in that way, nor of one that takes less than five seconds.
 */
export const heartbeats: ActivityInterceptorsFactory = (context) => ({
  inbound: {
    execute: async (input, next) => {
      if (!context.info.heartbeatTimeoutMs) return await next(input);
      const timer = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  },
});
