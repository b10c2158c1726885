import { isTerminal } from '../predicates';
import type { EpochMillis, PodObject } from '../types';
import { lastSeen, type PhysicalEvent } from './physical-warning';

/** A warning older than this when the watch begins has been told by the one before, or helps nobody now. */
const OLD_MILLIS = 5 * 60_000;
/** How long a kubelet may wait for the pod's tokens, which come a moment after the pod, before anybody hears of it. */
const PATIENCE_MILLIS = 3_000;
/** What a kubelet says while it waits for them. */
const WAITS_FOR_MOUNT = 'FailedMount';

/**
 * Whether a warning about a copy is worth telling:
 * - `tell`; - `drop`: too old, or about another pod of that name; - a number: look again at that instant, it may be moot by then.
 */
export function worthTelling(event: PhysicalEvent, pPod: PodObject, now: EpochMillis): 'tell' | 'drop' | EpochMillis {
  if (event.involvedObject.uid !== pPod.metadata.uid || now - lastSeen(event) > OLD_MILLIS) return 'drop';
  if (event.reason !== WAITS_FOR_MOUNT) return 'tell';
  const started = pPod.status?.phase === 'Running' || isTerminal(pPod);
  const patientUntil = lastSeen(event) + PATIENCE_MILLIS;
  if (now < patientUntil) return started ? 'drop' : patientUntil;
  return started ? 'drop' : 'tell';
}
