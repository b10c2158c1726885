import type { PhysicalPod, ReclaimPod, ReclaimTerms } from '../../../domain/reclaim';
import { NO_TERMS } from '../../../domain/reclaim';

/** Terms of a policy that forces after a minute of grace. */
export const RECLAIM_TERMS: ReclaimTerms = { ...NO_TERMS, force: true, graceSeconds: 60 };

/** Facts whose terms differ from {@link RECLAIM_TERMS}. */
export function withTerms(change: Partial<ReclaimTerms>): { terms: ReclaimTerms } {
  return { terms: { ...RECLAIM_TERMS, ...change } };
}

/** A running virtual pod on a node that goes back; its name is its UID. */
export function aReclaimPod(uid: string, change: Partial<ReclaimPod> = {}): ReclaimPod {
  return { uid, namespace: 'default', name: uid, phase: 'Running', deleting: false, ...change };
}

/** The copies of virtual pods in the physical cluster. */
export function copiesOf(...uids: string[]): PhysicalPod[] {
  return uids.map((uid) => ({ uid: `p-${uid}`, namespace: 'worker', name: `copy-of-${uid}`, virtualUid: uid }));
}
