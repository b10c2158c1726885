import type { ResourceLeasingPolicy } from '../../api/names/types';
import type { LeaseTerms } from '../../domain/override';
import { calendarOf, edgesWithin, lastClosing } from '../../domain/windows';
import type { Calendar, EpochMillis, IanaZone, WindowEdge, WindowState } from '../../domain/windows';

/** Edges kept for the queries and for answers; the fourth is two windows away. */
const EDGES = 6;
const DAY_MILLIS = 86_400_000;
/** How far ahead is looked for an opening: first where almost every calendar has one, then over the longest holidays. */
const HORIZONS: readonly number[] = [15 * DAY_MILLIS, 400 * DAY_MILLIS];

interface Ahead {
  readonly zone: IanaZone;
  readonly from: EpochMillis;
  readonly edges: readonly WindowEdge[];
  readonly closedAt: EpochMillis | null;
}

/** All nodes of a policy share its calendar, and an object of the store is never changed, only replaced. */
const known = new WeakMap<object, Ahead>();

/** What requests about a lease can be answered from until the next pass. */
export function leaseTerms(policy: ResourceLeasingPolicy, calendar: WindowState, now: EpochMillis, zone: IanaZone): LeaseTerms {
  const { spec, metadata } = policy;
  const { edges, closedAt } = ahead(policy, now, zone);
  return {
    policy: metadata.name,
    open: calendar.open,
    closedAt: calendar.open ? null : closedAt,
    edges,
    maxExtensionSeconds: spec.maxExtensionSeconds ?? 0,
    forceReclaim: spec.forceReclaim === true,
    graceSeconds: spec.gracefulReclaimPeriodSeconds ?? 0,
    reclaimBefore: spec.reclaimBefore === true,
  };
}

function ahead(policy: ResourceLeasingPolicy, now: EpochMillis, zone: IanaZone): Ahead {
  const kept = known.get(policy);
  const first = kept?.edges[0]?.at ?? Infinity;
  if (kept !== undefined && kept.zone === zone && kept.from <= now && now < first) return kept;
  const windows = calendarOf(policy.spec, zone);
  const found = { zone, from: now, edges: nextEdges(windows, now), closedAt: lastClosing(windows, now) };
  known.set(policy, found);
  return found;
}

function nextEdges(windows: Calendar, now: EpochMillis): WindowEdge[] {
  let edges: WindowEdge[] = [];
  for (const horizon of HORIZONS) {
    edges = edgesWithin(windows, { after: now, until: now + horizon });
    if (edges.some(({ opens }) => opens)) break;
  }
  return edges.slice(0, EDGES);
}
