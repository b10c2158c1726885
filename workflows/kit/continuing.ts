import { workflowInfo } from '@temporalio/workflow';
import type { Settings } from '../contracts/settings';
import type { Pulse } from './pulse';

/** Events; the server warns from here on, and ends a run at five times as many. */
const TOO_LONG = 10_000;

/**
 * When this run should continue as new. A run under signal pressure stalls its senders while it closes, so it waits for a
 * quiet moment unless the server insists. What a message asked for and the loop has not done yet is not carried over, so a turn
 * without news comes first, unless the history grows out of hand.
 *
 * @returns `now`, `no`, or the epoch milliseconds at which to ask again
 */
export function continueWhen(pulse: Pulse, settings: Settings): 'now' | 'no' | number {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  if (pulse.hasNews && historyLength < TOO_LONG) return 'no';
  if (continueAsNewSuggested) return 'now';
  if (historyLength <= settings.continueAfterEvents) return 'no';
  const quietAt = pulse.lastMessageAt + settings.quietMillis;
  return quietAt <= Date.now() ? 'now' : quietAt;
}

/** The next slow tick: `tickMillis` from now, give or take a tenth, so that parents do not tick together. */
export function nextTick(settings: Settings): number {
  return Math.round(Date.now() + settings.tickMillis * (0.9 + 0.2 * Math.random()));
}

/** Retry delays of what could not be done at once: 1 s, doubling, at most 5 min. */
export function backoffMillis(attempts: number): number {
  return Math.min(1_000 * 2 ** attempts, 300_000);
}
