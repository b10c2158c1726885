import { Reason, toRfc3339 } from '../conditions';
import { earliest } from '../time/earliest';
import type { EpochMillis, WindowState } from '../windows';
import { isActive, isMirrored, namesOf, type ReclaimPod, toEvict } from './pods';
import { protectedUntil } from './toleration';

/**
 * Where the reclaim of a lent node stands (architecture.md section 6).
 * Open → Cordoned (no new pods) → Grace (pods may finish) → Forced (pods are deleted) → Verified (nothing of ours was
 * found in the physical cluster) → Closed.
 */
export type ReclaimPhase = 'Open' | 'Cordoned' | 'Grace' | 'Forced' | 'Verified' | 'Closed';

/** Everything that decides the next step. */
export interface ReclaimFacts {
  readonly window: WindowState;
  /** False: pods are never evicted because a window closed. */
  readonly forceReclaim: boolean;
  /** Seconds from the edge to force. */
  readonly graceSeconds: number;
  /** When the window closed; `null` where that was not noted: it then counts as closed since `now`. */
  readonly edge: EpochMillis | null;
  /** When somebody asked to reclaim at once, `null` if nobody did; the caller forgets it when a window opens. */
  readonly forcedAt: EpochMillis | null;
  /** Pods bound to the vnode. */
  readonly pods: readonly ReclaimPod[];
  /** Active pods of ours on the node in the physical cluster; `null` while that was not read. */
  readonly physicalLeft: number | null;
  readonly previous: ReclaimPhase;
  readonly now: EpochMillis;
}

/** What to do now, and when to look again. */
export interface ReclaimPlan {
  readonly phase: ReclaimPhase;
  /** Effect of the taint `kubeocean.io/out-of-time-windows`. */
  readonly taint: 'NoSchedule' | 'NoExecute' | null;
  /** UIDs of virtual pods to delete now, each with its own termination grace. */
  readonly evict: readonly string[];
  /** The edge to remember; `null` while open. */
  readonly edge: EpochMillis | null;
  /** Next instant at which the plan may differ though nothing happens; `null`: never. */
  readonly wakeAt: EpochMillis | null;
  readonly reason: Reason;
  readonly message: string;
}

/**
 * The next step of reclaiming a lent node. NoExecute goes on only at the deadline, the edge plus the grace period, since
 * the taint-eviction controller deletes at once; until then a closed window only keeps new pods away.
 */
export function planReclaim(facts: ReclaimFacts): ReclaimPlan {
  const edge = facts.window.open ? null : (facts.edge ?? facts.now);
  const deadline = deadlineOf(facts, edge);
  if (deadline === null) {
    return edge === null ? openPlan(facts) : cordonedPlan(facts, edge);
  }
  return facts.now < deadline ? gracePlan(facts, edge, deadline) : forcedPlan(facts, edge, deadline);
}

/** When pods may be evicted: by the policy, or as soon as somebody asked for it; `null`: not. */
function deadlineOf(
  { forceReclaim, graceSeconds, forcedAt }: ReclaimFacts,
  edge: EpochMillis | null,
): EpochMillis | null {
  const byPolicy = forceReclaim && edge !== null ? edge + Math.max(0, graceSeconds) * 1000 : null;
  return earliest(byPolicy, forcedAt);
}

function openPlan({ window }: ReclaimFacts): ReclaimPlan {
  const wakeAt = nextWindowEdge(window);
  const message = wakeAt === null ? 'Lent without an end.' : `Lent until ${toRfc3339(wakeAt)}.`;
  return { phase: 'Open', taint: null, evict: [], edge: null, wakeAt, reason: Reason.WindowOpen, message };
}

function cordonedPlan({ window }: ReclaimFacts, edge: EpochMillis): ReclaimPlan {
  const message = `Outside the time windows since ${toRfc3339(edge)}: no new pods, running ones stay.`;
  const wakeAt = nextWindowEdge(window);
  return { phase: 'Cordoned', taint: 'NoSchedule', evict: [], edge, wakeAt, reason: Reason.WindowClosed, message };
}

function gracePlan({ window }: ReclaimFacts, edge: EpochMillis | null, deadline: EpochMillis): ReclaimPlan {
  const message = `Outside the time windows: pods may finish until ${toRfc3339(deadline)}.`;
  const wakeAt = earliest(deadline, nextWindowEdge(window));
  return { phase: 'Grace', taint: 'NoSchedule', evict: [], edge, wakeAt, reason: Reason.GracePeriod, message };
}

function forcedPlan(facts: ReclaimFacts, edge: EpochMillis | null, deadline: EpochMillis): ReclaimPlan {
  const { protectedPods, exposed, protectionEnds } = splitByProtection(facts, deadline);
  const left = exposed.filter(isActive).length;
  const isEmpty = left === 0 && facts.physicalLeft !== null && facts.physicalLeft <= protectedPods.length;
  const plan = {
    taint: 'NoExecute',
    evict: toEvict(exposed),
    edge,
    wakeAt: earliest(protectionEnds, nextWindowEdge(facts.window)),
  } as const;
  if (!isEmpty) {
    const reason = facts.forcedAt === deadline ? Reason.ReclaimForced : Reason.DeadlineReached;
    return { ...plan, phase: 'Forced', reason, message: `Reclaiming since ${toRfc3339(deadline)}: ${left} pods left.` };
  }
  if (protectedPods.length > 0) {
    const message = `Pods that tolerate the end of the window remain: ${namesOf(protectedPods).join(', ')}.`;
    return { ...plan, phase: 'Closed', reason: Reason.ToleratingPodsRemain, message };
  }
  const closed = facts.previous === 'Verified' || facts.previous === 'Closed';
  const message = 'The physical cluster holds no pod of ours on the node.';
  // Verified is a step of its own, to be seen and recorded; the next follows at once.
  return closed
    ? { ...plan, phase: 'Closed', reason: Reason.NodeEmpty, message }
    : { ...plan, phase: 'Verified', wakeAt: facts.now, reason: Reason.NodeEmpty, message };
}

interface Protection {
  /** Active pods that may stay for now. */
  readonly protectedPods: readonly ReclaimPod[];
  /** Pods that have to go. */
  readonly exposed: readonly ReclaimPod[];
  /** When the first protection ends. */
  readonly protectionEnds: EpochMillis | null;
}

function splitByProtection({ pods, now }: ReclaimFacts, deadline: EpochMillis): Protection {
  const mirrored = pods.filter(isMirrored).map((pod) => ({ pod, until: protectedUntil(pod.tolerations, deadline) }));
  const isProtected = ({ until }: (typeof mirrored)[number]) => until === 'Forever' || (until !== null && until > now);
  const staying = mirrored.filter(isProtected);
  const ends = staying.map(({ until }) => (until === 'Forever' ? null : until));
  return {
    protectedPods: staying.map(({ pod }) => pod).filter(isActive),
    exposed: mirrored.filter((entry) => !isProtected(entry)).map(({ pod }) => pod),
    protectionEnds: earliest(...ends),
  };
}

function nextWindowEdge(window: WindowState): EpochMillis | null {
  return window.open ? window.closesAt : window.opensAt;
}
