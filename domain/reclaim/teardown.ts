import type { DrainMode } from '../../api/names/types';
import { Reason, toRfc3339 } from '../conditions';
import type { EpochMillis } from '../windows';
import { type ForceStep, forceStep, NOBODY } from './force';
import { isActive, isEvictable, isMirrored, type PhysicalPod, type ReclaimPod, untouched } from './pods';
import type { AskedReclaim } from './timeline';

/** Where the return of a node stands: Grace (pods may finish) → Forced (pods are deleted) → Closed (nothing is left). */
export type TeardownPhase = 'Grace' | 'Forced' | 'Closed';

/** Everything that decides the next step of giving a node back for good. */
export interface TeardownFacts {
  /** When it began; `null` where that was not noted: it begins `now`. */
  readonly startedAt: EpochMillis | null;
  /** Seconds from the beginning to force, see {@link teardownGraceSeconds}. */
  readonly graceSeconds: number;
  /** When the owner of the node wants its pods deleted, whatever grace the policy gave; `null`: he did not say. */
  readonly requestedFor: EpochMillis | null;
  /** What happens to pods during the grace. */
  readonly drain: DrainMode;
  /** When somebody asked to reclaim at once, `null` if nobody did. */
  readonly forcedAt: EpochMillis | null;
  /** Somebody asked to have the node back. */
  readonly asked: AskedReclaim | null;
  /** Since when pods are being deleted; `null`: they are not. */
  readonly forcedSince: EpochMillis | null;
  /** Pods bound to the vnode. */
  readonly pods: readonly ReclaimPod[];
  /** Pods of ours on the node in the physical cluster, ended ones too; `null` while that was not read. */
  readonly physicalLeft: readonly PhysicalPod[] | null;
  /** Milliseconds after which a node that is not empty counts as stuck. */
  readonly stuckAfterMillis: number;
  readonly now: EpochMillis;
}

/** What to do now, and when to look again. The vnode has taint `vnode-deleting` all the time. */
export interface TeardownPlan extends Pick<ForceStep, 'remove' | 'kill' | 'stuck'> {
  readonly phase: TeardownPhase;
  readonly startedAt: EpochMillis;
  /** When pods are deleted, or have been since. */
  readonly deadline: EpochMillis;
  /** Since when pods are being deleted, to be remembered; `null`: they are not. */
  readonly forcedSince: EpochMillis | null;
  /** UIDs of virtual pods to evict now, as far as their disruption budgets allow. */
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
  const deadline = deadlineOf(facts, startedAt);
  const mirrored = facts.pods.filter(isMirrored);
  const since = facts.forcedSince ?? deadline;
  const { empty, stuckAt, ...step } = forceStep({ ...facts, exposed: mirrored, staying: [], since });
  const common = { startedAt, deadline, evict: [], stuck: null, kill: NOBODY };
  const idle = !mirrored.some(isActive) && facts.physicalLeft !== null;
  if (empty) {
    const message = 'No pod of ours is left on the node.';
    const done = { deleteVnode: true, releaseVnode: true, forcedSince: since, wakeAt: null };
    return { ...common, ...done, phase: 'Closed', remove: step.remove, message };
  }
  if (facts.now < deadline && !idle) {
    const message = `The node is being given back: pods may finish until ${toRfc3339(deadline)}.`;
    const evict = facts.drain === 'Evict' ? untouched(mirrored.filter(isEvictable)) : [];
    const waiting = { deleteVnode: false, releaseVnode: false, forcedSince: null, wakeAt: deadline };
    return { ...common, ...waiting, phase: 'Grace', evict, remove: [], message };
  }
  const forcedSince = Math.min(since, facts.now);
  const message = `The node is being given back: pods are deleted since ${toRfc3339(forcedSince)}.`;
  const forced = { deleteVnode: true, releaseVnode: false, forcedSince, wakeAt: stuckAt };
  return { ...common, ...step, ...forced, phase: 'Forced', message };
}

/** The owner's own deadline replaces the policy's; nothing that somebody asks for makes it later. */
function deadlineOf({ requestedFor, graceSeconds, forcedAt, asked }: TeardownFacts, startedAt: EpochMillis): EpochMillis {
  const byPolicy = requestedFor ?? startedAt + Math.max(0, graceSeconds) * 1000;
  const byOrder = asked === null ? byPolicy : asked.at + (asked.graceSeconds ?? graceSeconds) * 1000;
  const forced = forcedAt !== null && forcedAt >= startedAt ? forcedAt : byPolicy;
  return Math.min(byPolicy, byOrder, forced);
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
