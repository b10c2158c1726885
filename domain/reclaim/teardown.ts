import { Reason, toRfc3339 } from '../conditions';
import type { EpochMillis } from '../windows';
import { isActive, isMirrored, type ReclaimPod, toEvict } from './pods';

/** Where the return of a node stands: Grace (pods may finish) → Forced (pods are deleted) → Closed (nothing is left). */
export type TeardownPhase = 'Grace' | 'Forced' | 'Closed';

/** Everything that decides the next step of giving a node back for good. */
export interface TeardownFacts {
  /** When it began; `null` where that was not noted: it begins `now`. */
  readonly startedAt: EpochMillis | null;
  /** Seconds from the beginning to force, see {@link teardownGraceSeconds}. */
  readonly graceSeconds: number;
  /** When somebody asked to reclaim at once, `null` if nobody did. */
  readonly forcedAt: EpochMillis | null;
  /** Pods bound to the vnode. */
  readonly pods: readonly ReclaimPod[];
  /** Active pods of ours on the node in the physical cluster; `null` while that was not read. */
  readonly physicalLeft: number | null;
  readonly now: EpochMillis;
}

/** What to do now, and when to look again. The vnode has taint `vnode-deleting` all the time. */
export interface TeardownPlan {
  readonly phase: TeardownPhase;
  readonly startedAt: EpochMillis;
  /** UIDs of virtual pods to delete now, each with its own termination grace. */
  readonly evict: readonly string[];
  /**
   * Whether the vnode is to be deleted; its finalizer holds it. Not before the deadline: until then a policy that comes
   * back keeps the vnode and its pods.
   */
  readonly deleteVnode: boolean;
  /** Whether the vnode's finalizer is to be removed, the last step. */
  readonly releaseVnode: boolean;
  readonly wakeAt: EpochMillis | null;
  readonly message: string;
}

/**
 * The next step of giving a node back for good: grace, then every pod of ours with its own termination grace, then the
 * vnode. Tolerations protect nobody, since the node goes (spec leasing.md 7.11). Without active pods there is no wait.
 */
export function planTeardown(facts: TeardownFacts): TeardownPlan {
  const startedAt = facts.startedAt ?? facts.now;
  const deadline = Math.min(startedAt + Math.max(0, facts.graceSeconds) * 1000, facts.forcedAt ?? Infinity);
  const mirrored = facts.pods.filter(isMirrored);
  const left = mirrored.filter(isActive).length;
  if (left === 0 && facts.physicalLeft === 0) {
    const message = 'No pod of ours is left on the node.';
    return {
      phase: 'Closed',
      startedAt,
      evict: toEvict(mirrored),
      deleteVnode: true,
      releaseVnode: true,
      wakeAt: null,
      message,
    };
  }
  if (facts.now < deadline) {
    const message = `The node is being given back: pods may finish until ${toRfc3339(deadline)}.`;
    return { phase: 'Grace', startedAt, evict: [], deleteVnode: false, releaseVnode: false, wakeAt: deadline, message };
  }
  const message = `The node is being given back: ${left} pods left.`;
  return {
    phase: 'Forced',
    startedAt,
    evict: toEvict(mirrored),
    deleteVnode: true,
    releaseVnode: false,
    wakeAt: null,
    message,
  };
}

const NOTHING_TO_WAIT_FOR: readonly Reason[] = [
  Reason.PhysicalNodeGone,
  Reason.PhysicalNodeReplaced,
  Reason.NodeNotEligible,
];

/**
 * Seconds of grace on a way out: the last known policy's, whatever its `forceReclaim` says; none where the machine under
 * the pods is gone already, or no policy was known.
 */
export function teardownGraceSeconds(reason: Reason, policyGraceSeconds: number | null | undefined): number {
  return NOTHING_TO_WAIT_FOR.includes(reason) ? 0 : Math.max(0, policyGraceSeconds ?? 0);
}
