import type { ActivityInterceptorsFactory, WorkerOptions } from '@temporalio/worker';

/** How often an activity says that it is being worked on, milliseconds: well below `SILENT_WORKER` in `workflows/kit/call.ts`. */
const BEAT_MS = 5_000;

/**
 * Tells Temporal of an activity that it is being worked on, so that one whose worker has died is redone after seconds. Says nothing of
 * an activity that nobody waits for in that way, nor of one that takes less than five seconds.
 */
const heartbeats: ActivityInterceptorsFactory = (context) => ({
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

/** What a worker of short activities needs for that: the beats, and that none of them is held back. */
export const BEATING = {
  interceptors: { activity: [heartbeats] },
  maxHeartbeatThrottleInterval: BEAT_MS,
} satisfies Partial<WorkerOptions>;
