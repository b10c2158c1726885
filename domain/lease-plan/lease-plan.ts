import type { ResourceLeasingPolicy } from '../../api/names/types';
import { toRfc3339 } from '../conditions';
import { type KnownOverride, type OverrideKind, steeredWindow, type SteeredWindow } from '../override';
import { isActive, namesOf, type ReclaimPod, reclaimOf, termsOf } from '../reclaim';
import {
  type Calendar,
  calendarOf,
  type EpochMillis,
  evaluateWindows,
  exceptionAt,
  type IanaZone,
  isKnownZone,
  nextEdgeOf,
  onWallClock,
  type WindowEdge,
} from '../windows';

/** A lent node, and how far to look ahead. */
export interface LeasePlanFacts {
  /** The one that lends the node. */
  readonly policy: ResourceLeasingPolicy;
  /** Counts where the policy names no zone of its own. */
  readonly zone: IanaZone;
  /** What somebody asked of the lease. Default nothing. */
  readonly asked?: KnownOverride;
  /** Bound to the vnode now. */
  readonly pods: readonly ReclaimPod[];
  readonly now: EpochMillis;
  /** Edges after `now` and not after this instant are planned. */
  readonly until: EpochMillis;
}

/** What is ahead of a lent node. Instants are RFC 3339, UTC. */
export interface LeasePlan {
  readonly policy: string;
  /** The zone in effect; `null`: the policy's is unknown, and nothing is planned until that is mended. */
  readonly timeZone: string | null;
  /** Whether the node is lent now. */
  readonly lending: Lending;
  readonly edges: readonly PlannedEdge[];
}

/** Whether a node is lent. */
export type Lending = 'Open' | 'Closed';

/** What happens at an edge, were the pods then those of now. */
export interface PlannedEdge {
  readonly at: string;
  /** The same instant on the wall clock of the zone in effect, RFC 3339 with its offset. */
  readonly localTime: string;
  /** What lending is from then on. */
  readonly lending: Lending;
  /** What somebody asked of the lease that makes the edge; `null`: the calendar makes it. */
  readonly override: OverrideKind | null;
  /** Reason of the exception that begins or ends then; `null`: none does. */
  readonly exception: string | null;
  /** The rest is about the reclaim; `null` where the edge opens the window. */
  readonly reclaim: PlannedReclaim | null;
}

/** The reclaim of one edge. Pods are `namespace/name`, sorted. */
export interface PlannedReclaim {
  /** When pods are told; `null`: not beforehand. */
  readonly noticeAt: string | null;
  /** From then on no new pods. */
  readonly beginsAt: string;
  /** From then on pods are deleted; `null`: never, since the policy does not force. */
  readonly deadline: string | null;
  /** Pods that have to go; empty without a deadline. */
  readonly pods: readonly string[];
  /** Pods that stay: because nothing is forced, or because their tolerations protect them for good. */
  readonly staying: readonly string[];
}

/** Every edge ahead of a lent node, with the pods it would hit today; the rules are those of the lease and its reclaim. */
export function leasePlan(facts: LeasePlanFacts): LeasePlan {
  const { policy, zone, now } = facts;
  const calendar = calendarOf(policy.spec, zone);
  return {
    policy: policy.metadata.name,
    timeZone: isKnownZone(calendar.zone) ? calendar.zone : null,
    lending: steered(facts, calendar, now).window.open ? 'Open' : 'Closed',
    edges: [...edgesAhead(facts, calendar)].map((edge) => plannedEdge(facts, calendar, edge)),
  };
}

function steered({ policy, asked }: LeasePlanFacts, calendar: Calendar, at: EpochMillis): SteeredWindow {
  return steeredWindow(policy.spec, calendar, { asked, now: at });
}

interface Edge extends WindowEdge {
  readonly override: OverrideKind | null;
}

/** From one instant at which something may change to the next; where an override hands over to a window that is open, nothing does. */
function* edgesAhead(facts: LeasePlanFacts, calendar: Calendar): Generator<Edge> {
  let state = steered(facts, calendar, facts.now);
  for (;;) {
    const { window, override } = state;
    const at = nextEdgeOf(window);
    if (at === null || at > facts.until) {
      return;
    }
    state = steered(facts, calendar, at);
    if (state.window.open !== window.open) {
      const byCalendar = evaluateWindows(calendar, at).open !== evaluateWindows(calendar, at - 1).open;
      yield { at, opens: state.window.open, override: byCalendar ? null : (override?.kind ?? null) };
    }
  }
}

function plannedEdge(facts: LeasePlanFacts, calendar: Calendar, { at, opens, override }: Edge): PlannedEdge {
  const exception = exceptionAt(calendar, at) ?? exceptionAt(calendar, at - 1);
  return {
    at: toRfc3339(at),
    localTime: onWallClock(calendar.zone, at),
    lending: opens ? 'Open' : 'Closed',
    override,
    exception: override === null ? (exception?.reason ?? null) : null,
    reclaim: opens ? null : plannedReclaim(facts, at),
  };
}

function plannedReclaim({ policy, pods, now }: LeasePlanFacts, closesAt: EpochMillis): PlannedReclaim {
  const { noticeAt, beginsAt, deadline, exposed, staying } = reclaimOf({ terms: termsOf(policy.spec), closesAt, pods, now });
  const alive = (some: readonly ReclaimPod[]) => namesOf(some.filter(isActive).filter(({ deleting }) => !deleting));
  return {
    noticeAt: noticeAt === null ? null : toRfc3339(noticeAt),
    beginsAt: toRfc3339(beginsAt),
    deadline: deadline === null ? null : toRfc3339(deadline),
    pods: alive(exposed),
    staying: alive(staying),
  };
}
