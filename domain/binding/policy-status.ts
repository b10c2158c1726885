import type { Condition, ResourceLeasingPolicy, ResourceLeasingPolicyStatus } from '../../api/names/types';
import { type ConditionClaim, findCondition, Reason, setConditions, toRfc3339 } from '../conditions';
import type { Shadow } from '../selection';
import { type Calendar, evaluateWindows, exceptionAt, isKnownZone, nextEdgeOf, validateCalendar, type WindowState } from '../windows';
import { type NodeReclaim, reclaimClaims } from './policy-reclaim';
import { shadowClaim } from './shadow-claim';

/** The binding that looks at a policy, and what it knows of the others in its virtual cluster. */
export interface PolicyReader {
  readonly bindingName: string;
  readonly clusterID: string;
  /** Other bindings of the virtual cluster that lend other physical clusters, by name. */
  readonly bindingsElsewhere?: readonly string[];
  /** Other bindings of the virtual cluster that lend this physical cluster too, by name. */
  readonly bindingsHere?: readonly string[];
}

/** Why a policy does nothing although somebody wrote it. */
export interface Misaddress {
  readonly reason: Reason;
  readonly message: string;
}

/** From the vaguest to the most telling. */
const MISADDRESS_REASONS: readonly string[] = [
  Reason.UnknownBinding,
  Reason.WrongCluster,
  Reason.ClusterIDInsteadOfName,
];

/** What is wrong with a policy's `spec.cluster` as this binding sees it; `null`: it names this binding, or one beside it. */
export function misaddressOf({ spec }: Pick<ResourceLeasingPolicy, 'spec'>, reader: PolicyReader): Misaddress | null {
  const { bindingName, clusterID, bindingsElsewhere = [], bindingsHere = [] } = reader;
  if (spec.cluster === bindingName || bindingsHere.includes(spec.cluster)) {
    return null;
  }
  if (bindingsElsewhere.includes(spec.cluster)) {
    const message = `spec.cluster names ClusterBinding ${spec.cluster}, which lends another physical cluster; here it is ${bindingName}.`;
    return { reason: Reason.WrongCluster, message };
  }
  if (spec.cluster === clusterID) {
    const message = `spec.cluster is the clusterID of ClusterBinding ${bindingName}: write the binding's name, ${bindingName}.`;
    return { reason: Reason.ClusterIDInsteadOfName, message };
  }
  const message = `spec.cluster names no known ClusterBinding: write the name of the one that lends this cluster, such as ${bindingName}.`;
  return { reason: Reason.UnknownBinding, message };
}

/** Everything that decides a policy's status. */
export interface PolicyStatusFacts {
  readonly policy: ResourceLeasingPolicy;
  readonly reader: PolicyReader;
  /** The policy's own. */
  readonly calendar: Calendar;
  /** Nodes on which an older policy applies. Default none. */
  readonly shadows?: readonly Shadow[];
  /** Its nodes that are not simply lent. */
  readonly reclaims: readonly NodeReclaim[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The status to write on a policy, or `null` where it says so already, or where it is not ours to write.
 * A policy for this binding is Failed (a window is invalid; it lends by the others), Active or Inactive
 * (spec leasing.md section 6). One that seems to be addressed to nobody is told so, unless somebody else, perhaps
 * another virtual cluster, has judged its present generation.
 */
export function planPolicyStatus(facts: PolicyStatusFacts): ResourceLeasingPolicyStatus | null {
  const { policy, reader } = facts;
  if (policy.spec.cluster === reader.bindingName) {
    const { phase, conditions } = verdictOf(facts);
    const shadowed = shadowClaim(policy, facts.shadows ?? []);
    const ofNodes = [...(shadowed === null ? [] : [shadowed]), ...reclaimClaims(facts.reclaims, policy.status?.conditions)];
    return statusOrNull(facts, { phase, conditions: [...conditions, ...ofNodes] });
  }
  const misaddress = misaddressOf(policy, reader);
  return misaddress === null || isJudged(policy, misaddress) ? null : statusOrNull(facts, failed(misaddress));
}

interface PolicyVerdict {
  readonly phase: 'Active' | 'Inactive' | 'Failed';
  readonly conditions: readonly ConditionClaim[];
}

function verdictOf(facts: PolicyStatusFacts): PolicyVerdict {
  const { policy, calendar, now } = facts;
  const problems = validateCalendar(policy.spec);
  if (problems.length > 0) {
    return failed({ reason: Reason.ValidationError, message: problems.map(({ message }) => message).join(' ') });
  }
  const valid: ConditionClaim = {
    type: 'Valid',
    status: 'True',
    reason: Reason.ValidationPassed,
    message: 'Time windows, exceptions and time zone are valid.',
  };
  const window = evaluateWindows(calendar, now);
  return { phase: window.open ? 'Active' : 'Inactive', conditions: [valid, activeClaim(facts, window)] };
}

function activeClaim({ calendar, now }: PolicyStatusFacts, window: WindowState): ConditionClaim {
  const until = nextEdgeOf(window);
  const end = until === null ? '' : ` until ${toRfc3339(until)}`;
  const exception = exceptionAt(calendar, now);
  const why = exception === null ? '' : `, by the exception of ${exception.date} (${exception.reason})`;
  return window.open
    ? { type: 'Active', status: 'True', reason: Reason.ActiveTimeWindow, message: `Inside a time window${end}${why}.` }
    : {
        type: 'Active',
        status: 'False',
        reason: Reason.InactiveTimeWindow,
        message: `Outside the time windows${end}${why}.`,
      };
}

function failed({ reason, message }: Misaddress): PolicyVerdict {
  const conditions = ['Valid', 'Active'].map((type) => ({ type, status: 'False' as const, reason, message }));
  return { phase: 'Failed', conditions };
}

/**
 * Whether somebody's word on this very generation stands against a misaddress: a verdict of the policy's own binding
 * always, another's misaddress unless ours tells more. Readers with the same verdict do not overwrite each other.
 */
function isJudged({ metadata, status }: ResourceLeasingPolicy, { reason }: Misaddress): boolean {
  const valid: Condition | undefined = findCondition(status?.conditions, 'Valid');
  if (valid === undefined || valid.observedGeneration !== metadata.generation) {
    return false;
  }
  const rank = MISADDRESS_REASONS.indexOf(valid.reason);
  return rank < 0 || rank >= MISADDRESS_REASONS.indexOf(reason);
}

function statusOrNull(facts: PolicyStatusFacts, verdict: PolicyVerdict): ResourceLeasingPolicyStatus | null {
  const { policy, calendar, now } = facts;
  const { metadata, status } = policy;
  const activeTimeWindow = verdict.phase === 'Active';
  const observed = verdict.conditions.map((claim) => ({ ...claim, observedGeneration: metadata.generation }));
  const conditions = setConditions(status?.conditions, observed, now);
  const changed = status?.phase !== verdict.phase || status.activeTimeWindow !== activeTimeWindow;
  const timeZone = isKnownZone(calendar.zone) ? calendar.zone : '';
  if (!changed && status.timeZone === timeZone && conditions === status.conditions) {
    return null;
  }
  return {
    ...status,
    // Written by the guard of edits alone.
    accepted: undefined,
    phase: verdict.phase,
    activeTimeWindow,
    timeZone,
    conditions,
    ...(changed ? { lastAppliedTime: toRfc3339(now) } : {}),
  };
}
