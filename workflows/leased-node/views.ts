import { endOf, formatInstant, isSpent, positionAt } from '../../domain/override';
import type { LeaseOverride } from '../../domain/override';
import type { LeasedNodeState, LeasedNodeStatus } from '../contracts/leased-node';
import type { LeasePlan, PlannedOverride } from '../contracts/steering';

const instant = (millis: number | null): string | null => (millis === null ? null : formatInstant(millis));

/** What the query `status` answers. */
export function statusOf(state: LeasedNodeState): LeasedNodeStatus {
  const { phase, reason, windowEnd, wakeAt, edge, deadline, stuck, forcedAt, pods, override } = state;
  return {
    phase,
    reason,
    windowEnd: instant(windowEnd),
    wakesAt: instant(wakeAt),
    reclaimSince: instant(edge),
    deadline: instant(deadline),
    stuck,
    forcedAt: instant(forcedAt),
    pods,
    override: planned(override),
  };
}

/** What the query `plan` answers: the edges that the last pass found, as far as they are still ahead. */
export function planOf({ phase, terms, override }: LeasedNodeState, now: number): LeasePlan {
  const counts = override !== null && !isSpent(override, now) ? override : null;
  const end = terms === null ? null : endOf(positionAt(terms, now), counts);
  return {
    phase,
    leaseEndsAt: end !== null && end > now ? formatInstant(end) : null,
    override: planned(counts),
    policy: terms?.policy ?? null,
    edges: (terms?.edges ?? []).filter(({ at }) => at > now).map(({ at, opens }) => ({ at: formatInstant(at), opens })),
  };
}

function planned(override: LeaseOverride | null): PlannedOverride | null {
  if (override === null) return null;
  const { until, expires, at, ...rest } = override;
  return { ...rest, until: formatInstant(until), expires: instant(expires), at: formatInstant(at) };
}
