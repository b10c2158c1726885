import { askedBack, type LeaseOverride } from '../../domain/override';
import { announcedBeginning, type ReclaimFacts, type ReclaimPhase, type ReclaimPod, type ReclaimTerms, termsOf } from '../../domain/reclaim';
import { announcedEndOf, type NodeDecision, reclaimBeganAt } from '../../domain/vnode';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import type { NodeStep } from './reconcile-node';

type Lend = Extract<NodeDecision, { action: 'lend' }>;

/** What decides the next step of a lent node's reclaim; the physical cluster has not been read for it. */
export function reclaimFacts(step: NodeStep, { policy, window, override }: Lend, pods: readonly ReclaimPod[]): ReclaimFacts {
  const { orders, settings, view, now } = step;
  const terms = termsUnder(override, termsOf(policy.spec));
  const announcedEnd = announcedEndOf(view.vnode);
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
 * by now).
 */
function beganAt({ orders, view, now }: NodeStep, terms: ReclaimTerms, announcedEnd: number | null): number | null {
  if (orders.edge !== null) return orders.edge;
  const tainted = view.vnode === null ? null : reclaimBeganAt(view.vnode);
  return tainted ?? announcedBeginning({ terms, announcedEnd, now });
}

/** The phase of a workflow as the rules of reclaim know it. */
export function toReclaimPhase(phase: LeasePhase): ReclaimPhase {
  return phase === 'Starting' || phase === 'Lent' || phase === 'Returning' || phase === 'Returned' ? 'Open' : phase;
}
