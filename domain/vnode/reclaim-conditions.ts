import type { NodeCondition } from 'kubernetes-types/core/v1';
import { Annotation, RECLAIM_STUCK, RECLAIMING } from '../../api/names/keys';
import { findCondition, Reason, toRfc3339 } from '../conditions';
import { decodeNote, type ReclaimNote } from '../reclaim';
import { sameNodeConditions } from './same-conditions';
import type { NodeObject } from './types';

const TYPES: readonly string[] = [RECLAIMING, RECLAIM_STUCK];

type Vnode = Pick<NodeObject, 'metadata' | 'status'>;

/**
 * The conditions that tell about a vnode's reclaim, from the note that its workflow keeps there: `Reclaiming` with the
 * phase as its reason, False once the node is Closed, and `ReclaimStuck`. None while the node is lent.
 */
export function reclaimConditions(vnode: Vnode, now: number): NodeCondition[] {
  const note = decodeNote(vnode.metadata.annotations?.[Annotation.Reclaim]);
  if (note === null) {
    return [];
  }
  const claims = [reclaiming(note), ...stuck(note)];
  return claims.map((claim) => {
    const previous = findCondition(vnode.status?.conditions, claim.type);
    const kept = previous?.status === claim.status ? previous.lastTransitionTime : undefined;
    return { ...claim, lastTransitionTime: kept ?? toRfc3339(now) };
  });
}

/** The conditions of a vnode whose physical node is not to be mirrored any more; `null` where they say so already. */
export function withReclaimConditions(vnode: Vnode, now: number): NodeCondition[] | null {
  const live = vnode.status?.conditions ?? [];
  const wanted = [...live.filter(({ type }) => !TYPES.includes(type)), ...reclaimConditions(vnode, now)];
  return sameNodeConditions(live, wanted) ? null : wanted;
}

/** Tolerating pods remain for good: that is the one thing worth more than the name of the phase. */
function reclaiming({ phase, reason, message }: ReclaimNote): NodeCondition {
  const status = phase === 'Closed' ? 'False' : 'True';
  return { type: RECLAIMING, status, reason: reason === Reason.ToleratingPodsRemain ? reason : phase, message };
}

function stuck({ stuck: message }: ReclaimNote): NodeCondition[] {
  return message === undefined ? [] : [{ type: RECLAIM_STUCK, status: 'True', reason: Reason.ReclaimStuck, message }];
}
