import { Annotation } from '../../api/names/keys';
import { askedBack, type LeaseOverride } from '../../domain/override';
import { type ReclaimFacts, type ReclaimPhase, type ReclaimPod, type ReclaimTerms, termsOf } from '../../domain/reclaim';
import { type NodeDecision, reclaimBeganAt } from '../../domain/vnode';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import type { NodeStep } from './reconcile-node';

type Lend = Extract<NodeDecision, { action: 'lend' }>;

/** What decides the next step of a lent node's reclaim; the physical cluster has not been read for it. */
export function reclaimFacts(step: NodeStep, { policy, window, override }: Lend, pods: readonly ReclaimPod[]): ReclaimFacts {
  const { orders, settings, view, now } = step;
  const terms = termsUnder(override, termsOf(policy.spec));
  const announcedEnd = announcedEndOf(step);
  return {
    window,
    terms,
    edge: beganAt(step, terms, announcedEnd),
    // Nobody has been promised anything by a vnode that is not there yet.
    announcedEnd: view.vnode === null && window.open ? window.closesAt : announcedEnd,
    asked: askedBack(override),
    forcedAt: orders.forcedAt,
    forcedSince: orders.forcedSince,
    pods,
    physicalLeft: null,
    stuckAfterMillis: settings.reclaimStuckAfterMillis,
    previous: toReclaimPhase(orders.phase),
    now,
  };
}

/** The lender's word on this one lease stands above his policy: the grace that he gives is neither shorter nor longer. */
function termsUnder(override: LeaseOverride | null, terms: ReclaimTerms): ReclaimTerms {
  return override?.kind === 'reclaim' ? { ...terms, force: false } : terms;
}

/**
 * When the reclaim began: as the workflow remembers it, else as the vnode tells (the taint's time, or a lease that was to end
 * by now). An edited policy closes a window at the edit, so its calendar alone does not say.
 */
function beganAt({ orders, view, now }: NodeStep, terms: ReclaimTerms, announcedEnd: number | null): number | null {
  if (orders.edge !== null) return orders.edge;
  const tainted = view.vnode === null ? null : reclaimBeganAt(view.vnode);
  if (tainted !== null) return tainted;
  if (announcedEnd === null || announcedEnd > now) return null;
  return terms.before ? announcedEnd - terms.graceSeconds * 1_000 : announcedEnd;
}

function announcedEndOf({ view }: NodeStep): number | null {
  const end = Date.parse(view.vnode?.metadata.annotations?.[Annotation.LeaseEndsAt] ?? '');
  return Number.isNaN(end) ? null : end;
}

/** The phase of a workflow as the rules of reclaim know it. */
export function toReclaimPhase(phase: LeasePhase): ReclaimPhase {
  return phase === 'Starting' || phase === 'Lent' || phase === 'Returning' || phase === 'Returned' ? 'Open' : phase;
}
