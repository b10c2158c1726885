import { Reason, toRfc3339 } from '../conditions';
import { earliest } from '../time/earliest';
import { type EpochMillis, nextEdgeOf } from '../windows';
import { forceStep, type Kill, NOBODY } from './force';
import { isActive, isEvictable, longestStop, namesOf, type PhysicalPod, type ReclaimPod, untouched } from './pods';
import { splitByProtection } from './protection';
import { askedDeadline, type Timeline, timelineOf, type TimelineFacts } from './timeline';

/**
 * Where the reclaim of a lent node stands (docs/reclaim.md).
 * Open → Noticed (pods are told) → Cordoned (no new pods) → Grace (pods may finish, or are evicted) → Forced (pods are
 * deleted) → Verified (nothing of ours was found in the physical cluster) → Closed.
 */
export type ReclaimPhase = 'Open' | 'Noticed' | 'Cordoned' | 'Grace' | 'Forced' | 'Verified' | 'Closed';

/** Everything that decides the next step. */
export interface ReclaimFacts extends TimelineFacts {
  /** Pods bound to the vnode. */
  readonly pods: readonly ReclaimPod[];
  /** Pods of ours on the node in the physical cluster, ended ones too; `null` while that was not read. */
  readonly physicalLeft: readonly PhysicalPod[] | null;
  /** Milliseconds after which a node that is not empty counts as stuck. */
  readonly stuckAfterMillis: number;
  readonly previous: ReclaimPhase;
}

/** What to do now, and when to look again. */
export interface ReclaimPlan {
  readonly phase: ReclaimPhase;
  /** Effect of the taint `kubeocean.io/out-of-time-windows`. */
  readonly taint: 'PreferNoSchedule' | 'NoSchedule' | 'NoExecute' | null;
  /** The end of the lease to tell the pods; `null`: what they were told is taken back; `Keep`: it stands. */
  readonly notice: EpochMillis | null | 'Keep';
  /** UIDs of virtual pods to evict now, as far as their disruption budgets allow. */
  readonly evict: readonly string[];
  /** UIDs of virtual pods to delete now, each with its own termination grace. */
  readonly remove: readonly string[];
  /** What to delete now without any grace. */
  readonly kill: Kill;
  /** When the reclaim began, to be remembered; `null` before it does. */
  readonly edge: EpochMillis | null;
  /** When pods are deleted, or have been since; `null`: not at all, or not yet known. */
  readonly deadline: EpochMillis | null;
  /** Since when pods are being deleted, to be remembered; `null`: they are not. */
  readonly forcedSince: EpochMillis | null;
  /** Why the node counts as stuck; `null`: it does not. */
  readonly stuck: string | null;
  /** Next instant at which the plan may differ though nothing happens; `null`: never. */
  readonly wakeAt: EpochMillis | null;
  readonly reason: Reason;
  readonly message: string;
}

/** How long a node is Verified before it is Closed: until what was written about it has come back in the lists. */
const VERIFIED_MILLIS = 1_000;

const NOTHING = { evict: [], remove: [], kill: NOBODY, edge: null, deadline: null, forcedSince: null, stuck: null } as const;

/**
 * The next step of reclaiming a lent node. NoExecute goes on only at the deadline, the beginning plus the grace period,
 * since the taint-eviction controller deletes at once; until then a closed window only keeps new pods away.
 */
export function planReclaim(given: ReclaimFacts): ReclaimPlan {
  const facts = withWholeGrace(given);
  const { now, terms } = facts;
  const { exposed } = splitByProtection(facts.pods, now, { now: Infinity, evictTolerating: terms.evictTolerating });
  const timeline = timelineOf(facts, longestStop(exposed.filter(isActive)));
  const { noticeAt, beginsAt, deadline } = timeline;
  if (beginsAt === null || now < beginsAt) {
    return noticeAt !== null && noticeAt <= now ? noticedPlan(facts, timeline) : openPlan(facts, timeline);
  }
  const begun: Begun = { ...facts, beginsAt };
  if (deadline === null) {
    return cordonedPlan(begun);
  }
  return now < deadline ? gracePlan(begun, deadline) : forcedPlan(begun, deadline);
}

/** Pods that were only cordoned in were promised to stay: a policy that takes that back gives them its whole grace. */
function withWholeGrace(facts: ReclaimFacts): ReclaimFacts {
  const { previous, terms, window } = facts;
  return previous === 'Cordoned' && terms.force && !window.open ? { ...facts, edge: facts.now } : facts;
}

/** A reclaim that has begun. */
interface Begun extends ReclaimFacts {
  readonly beginsAt: EpochMillis;
}

function openPlan({ window }: ReclaimFacts, { noticeAt, beginsAt }: Timeline): ReclaimPlan {
  const closesAt = nextEdgeOf(window);
  const message = closesAt === null ? 'Lent without an end.' : `Lent until ${toRfc3339(closesAt)}.`;
  const wakeAt = earliest(noticeAt, beginsAt, closesAt);
  return { ...NOTHING, phase: 'Open', taint: null, notice: null, wakeAt, reason: Reason.WindowOpen, message };
}

function noticedPlan({ window }: ReclaimFacts, { beginsAt }: Timeline): ReclaimPlan {
  const closesAt = nextEdgeOf(window);
  const message = `The lease ends at ${toRfc3339(closesAt ?? 0)}; no new pods from ${toRfc3339(beginsAt ?? 0)} on.`;
  const plan = { phase: 'Noticed', taint: 'PreferNoSchedule', notice: closesAt, wakeAt: beginsAt } as const;
  return { ...NOTHING, ...plan, reason: Reason.NoticeGiven, message };
}

function cordonedPlan(facts: Begun): ReclaimPlan {
  const { window, beginsAt: edge } = facts;
  const message = `${why(facts)}: no new pods, running ones stay.`;
  const plan = { phase: 'Cordoned', taint: 'NoSchedule', notice: 'Keep', wakeAt: nextEdgeOf(window) } as const;
  return { ...NOTHING, ...plan, edge, reason: Reason.WindowClosed, message };
}

function gracePlan(facts: Begun, deadline: EpochMillis): ReclaimPlan {
  const { window, beginsAt: edge, terms, pods } = facts;
  // Whatever protects at the deadline, if only for a while, protects until then.
  const { exposed } = splitByProtection(pods, deadline, { now: deadline, evictTolerating: false });
  const evict = terms.drain === 'Evict' ? untouched(exposed.filter(isEvictable)) : [];
  const message = `${why(facts)}: pods may finish until ${toRfc3339(deadline)}.`;
  const wakeAt = earliest(deadline, nextEdgeOf(window));
  const plan = { phase: 'Grace', taint: 'NoSchedule', notice: 'Keep' } as const;
  return { ...NOTHING, ...plan, evict, edge, deadline, wakeAt, reason: Reason.GracePeriod, message };
}

function forcedPlan(facts: Begun, deadline: EpochMillis): ReclaimPlan {
  const { pods, terms, now } = facts;
  const since = facts.forcedSince ?? deadline;
  const { protectedPods, exposed, protectionEnds } = splitByProtection(pods, since, { now, evictTolerating: terms.evictTolerating });
  const { empty, stuckAt, ...step } = forceStep({ ...facts, exposed, staying: protectedPods.map(({ uid }) => uid), since });
  const plan = {
    ...step,
    taint: 'NoExecute',
    notice: 'Keep',
    evict: [],
    edge: facts.beginsAt,
    deadline,
    forcedSince: since,
    wakeAt: earliest(protectionEnds, stuckAt, nextEdgeOf(facts.window)),
  } as const;
  if (!empty) {
    const message = `Pods are deleted since ${toRfc3339(since)}.`;
    return { ...plan, phase: 'Forced', reason: isAskedFor(facts, deadline) ? Reason.ReclaimForced : Reason.DeadlineReached, message };
  }
  if (protectedPods.length > 0) {
    const message = `Pods that tolerate the end of the window remain: ${namesOf(protectedPods).join(', ')}.`;
    return { ...plan, phase: 'Closed', reason: Reason.ToleratingPodsRemain, message };
  }
  const closed = facts.previous === 'Verified' || facts.previous === 'Closed';
  const message = 'The physical cluster holds no pod of ours on the node.';
  // Verified is a step of its own, to be seen and recorded.
  return closed
    ? { ...plan, phase: 'Closed', reason: Reason.NodeEmpty, message }
    : { ...plan, phase: 'Verified', wakeAt: now + VERIFIED_MILLIS, reason: Reason.NodeEmpty, message };
}

function isAskedFor(facts: ReclaimFacts, deadline: EpochMillis): boolean {
  return facts.forcedAt === deadline || askedDeadline(facts) === deadline;
}

function why({ window, asked, beginsAt }: Begun): string {
  if (asked?.at === beginsAt) {
    return `Taken back at ${toRfc3339(beginsAt)}`;
  }
  return window.open && window.closesAt !== null
    ? `The lease ends at ${toRfc3339(window.closesAt)}`
    : `Outside the time windows since ${toRfc3339(beginsAt)}`;
}
