import { setHandler } from '@temporalio/workflow';
import { Reason } from '../../domain/conditions';
import {
  askedBack,
  decideExtend,
  decideReclaim,
  decideReturn,
  decideShorten,
  formatInstant,
  isSpent,
} from '../../domain/override';
import type { SteeringDecision, SteeringFacts } from '../../domain/override';
import { extendLeaseUpdate, reclaimUpdate, returnLeaseUpdate, shortenLeaseUpdate } from '../contracts/steering';
import type { Asked, SteeringAnswer } from '../contracts/steering';
import { noteOf } from '../kit/notes';
import { askedIn, checkReclaim, checkReturn, checkUntil, untilOf } from '../kit/steering-input';
import type { NodeRun } from './run';

/** Registers the updates that steer a live lease. Each answers at once, from the state; the loop makes it so. */
export function listenForUpdates(run: NodeRun): void {
  const { pulse } = run;
  setHandler(
    extendLeaseUpdate,
    pulse.on((request, who) => {
      const asked = askedIn(request, who);
      return settle(run, decideExtend(factsOf(run), untilOf(request), asked), { reason: Reason.LeaseExtended, verb: 'extended until', asked });
    }),
    { validator: checkUntil, description: 'The lease ends later: {"until": RFC 3339, "by", "reason"}.' },
  );
  setHandler(
    shortenLeaseUpdate,
    pulse.on((request, who) => {
      const asked = askedIn(request, who);
      return settle(run, decideShorten(factsOf(run), untilOf(request), asked), { reason: Reason.LeaseShortened, verb: 'shortened to', asked });
    }),
    { validator: checkUntil, description: 'The lease ends earlier: {"until": RFC 3339, "by", "reason"}.' },
  );
  setHandler(
    returnLeaseUpdate,
    pulse.on((who) => {
      const asked = askedIn(who);
      return settle(run, decideReturn(factsOf(run), asked), { reason: Reason.LeaseReturned, verb: 'returned by the borrower at', asked });
    }),
    { validator: checkReturn, description: 'The borrower gives the node back now, with the grace of the policy.' },
  );
  setHandler(
    reclaimUpdate,
    pulse.on((request) => {
      const asked = askedIn(request);
      const verb = `taken back with a grace of ${request.graceSeconds} s at`;
      return settle(run, decideReclaim(factsOf(run), request.graceSeconds, asked), { reason: Reason.ReclaimRequested, verb, asked });
    }),
    { validator: checkReclaim, description: 'The lender takes the node back now: {"graceSeconds", "by", "reason"}.' },
  );
}

function factsOf({ state }: NodeRun): SteeringFacts {
  const { phase, terms, override } = state;
  const now = Date.now();
  return { phase, terms, override: override !== null && isSpent(override, now) ? null : override, now };
}

interface Told {
  readonly reason: Reason;
  /** What happened to the lease, before the instant. */
  readonly verb: string;
  readonly asked: Asked;
}

function settle(run: NodeRun, decision: SteeringDecision, { reason, verb, asked }: Told): SteeringAnswer {
  if (!decision.granted) return { granted: false, why: decision.why };
  run.steer(decision.override);
  const until = formatInstant(decision.until);
  run.notes.push(noteOf(reason, `The lease is ${verb} ${until}`, asked));
  const evicted = evictedFrom(run, decision);
  return { granted: true, until, ...(evicted === null ? {} : { evictedFrom: formatInstant(evicted) }) };
}

/** When the pods have to go, as the policy or the one who asked will have it; null: they may finish. */
function evictedFrom({ state: { terms } }: NodeRun, { until, override }: Extract<SteeringDecision, { granted: true }>): number | null {
  const asked = askedBack(override);
  if (asked !== null) return until + (asked.graceSeconds ?? terms?.graceSeconds ?? 0) * 1_000;
  if (terms === null || !terms.forceReclaim) return null;
  return terms.reclaimBefore ? until : until + terms.graceSeconds * 1_000;
}
