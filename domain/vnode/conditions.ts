import type { NodeCondition } from 'kubernetes-types/core/v1';
import { PHYSICAL_READY, RECLAIM_STUCK, RECLAIMING } from '../../api/names/keys';
import { findCondition, Reason, toRfc3339 } from '../conditions';
import { reclaimConditions } from './reclaim-conditions';
import type { NodeObject } from './types';

const READY = 'Ready';
const PRESSURES = ['MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;
/** Conditions that the node lifecycle controller expects on every node and turns Unknown where they are missing. */
const STANDARD: readonly string[] = [READY, ...PRESSURES];
/** What that controller writes when heartbeats stop. */
const LIFECYCLE_REASONS: readonly string[] = ['NodeStatusUnknown', 'NodeStatusNeverUpdated'];

/** What decides the conditions of a vnode. */
export interface ConditionFacts {
  readonly physical: Pick<NodeObject, 'status'>;
  /** The vnode as it is, `null` before it exists. */
  readonly live: Pick<NodeObject, 'metadata' | 'status'> | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

const OWN: readonly string[] = [PHYSICAL_READY, RECLAIMING, RECLAIM_STUCK];

/** The physical node's conditions, the standard ones it lacks, and our own: `PhysicalReady` and those of a reclaim. */
export function desiredConditions(facts: ConditionFacts): NodeCondition[] {
  const physical = (facts.physical.status?.conditions ?? []).filter(({ type }) => !OWN.includes(type));
  const missing = STANDARD.filter((type) => findCondition(physical, type) === undefined);
  const own = physicalReady(facts);
  const mirrored = [...physical, ...missing.map((type) => notReported(type, facts))];
  const reclaim = facts.live === null ? [] : reclaimConditions(facts.live, facts.now);
  return [...mirrored.map((condition) => yieldToLifecycle(condition, own, facts.live)), own, ...reclaim];
}

/**
 * True while the physical node was last seen Ready, False once it was seen otherwise. A node that does not report Ready
 * proves nothing: the condition stays as it is, and starts as Unknown.
 */
function physicalReady({ physical, live, now }: ConditionFacts): NodeCondition {
  const previous = findCondition(live?.status?.conditions, PHYSICAL_READY);
  const ready = findCondition(physical.status?.conditions, READY);
  if (ready === undefined && previous !== undefined) {
    return previous;
  }
  const claim = { type: PHYSICAL_READY, ...physicalReadyClaim(ready) };
  const kept = previous?.status === claim.status ? previous.lastTransitionTime : undefined;
  return { ...claim, lastTransitionTime: kept ?? toRfc3339(now) };
}

function physicalReadyClaim(ready: NodeCondition | undefined): Pick<NodeCondition, 'status' | 'reason' | 'message'> {
  switch (ready?.status) {
    case undefined:
      return { status: 'Unknown', reason: Reason.NotReported, message: 'The physical node does not report Ready yet.' };
    case 'True':
      return { status: 'True', reason: Reason.PhysicalNodeReady, message: 'The physical node was last seen Ready.' };
    default: {
      const message = `The physical node was last seen with Ready ${ready?.status}: ${ready?.reason || 'no reason given'}.`;
      return { status: 'False', reason: Reason.PhysicalNodeNotReady, message };
    }
  }
}

/** A healthy node without a pressure condition has no pressure; of any other nothing is known. */
function notReported(type: string, { physical, live, now }: ConditionFacts): NodeCondition {
  const isReady = findCondition(physical.status?.conditions, READY)?.status === 'True';
  const status = isReady ? 'False' : 'Unknown';
  const previous = findCondition(live?.status?.conditions, type);
  const kept = previous?.status === status ? previous.lastTransitionTime : undefined;
  return {
    type,
    status,
    reason: Reason.NotReported,
    message: 'The physical node does not report this condition.',
    lastTransitionTime: kept ?? toRfc3339(now),
  };
}

/**
 * Heartbeats stop while the physical node is not Ready, so the node lifecycle controller says Unknown after a while.
 * Contradicting it would swap the not-ready taint for the unreachable one and back for ever, and each swap starts the
 * pods' toleration anew.
 */
function yieldToLifecycle(condition: NodeCondition, own: NodeCondition, live: ConditionFacts['live']): NodeCondition {
  const verdict = findCondition(live?.status?.conditions, condition.type);
  const stands =
    own.status !== 'True' && verdict?.status === 'Unknown' && LIFECYCLE_REASONS.includes(verdict.reason ?? '');
  return stands && STANDARD.includes(condition.type) ? verdict : condition;
}
