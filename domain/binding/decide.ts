import type { BindingPhase, ClusterBinding, ClusterBindingStatus } from '../../api/names/types';
import { type ConditionClaim, Reason, setConditions, toRfc3339 } from '../conditions';
import type { BindingProblem } from './validate';

/** One named check of a physical cluster before it is used. */
export interface PreflightCheck {
  /** Name for people, such as `Kubeconfig` or `PolicyCRD`. */
  readonly name: string;
  readonly passed: boolean;
  /** True: the cluster cannot even be talked to without it. */
  readonly connectivity: boolean;
  /** What was found and, where it failed, what to do. Never content of a kubeconfig or a server's own message. */
  readonly message: string;
}

/** Everything that decides phase and conditions of a binding; `null`: not known yet. */
export interface BindingFacts {
  readonly problems: readonly BindingProblem[];
  /** Name of the binding to which the clusterID belongs, where it is another. */
  readonly duplicateOf: string | null;
  readonly deleting: boolean;
  readonly checks: readonly PreflightCheck[] | null;
  /** Whether the lists of the physical cluster are synced. */
  readonly watchSynced: boolean | null;
  /** Whether a gateway serves NodeLeases for this binding's vnodes. */
  readonly gatewayServing: boolean | null;
  /** Whether an intranet Service gives pods a way to the virtual API (spec pods.md 1.7). */
  readonly virtualApiAccess: boolean | null;
}

/** Phase and conditions; reason and message of the condition Ready, for events and logs. */
export interface BindingDecision {
  readonly phase: BindingPhase;
  readonly reason: Reason;
  readonly message: string;
  readonly conditions: readonly ConditionClaim[];
}

/** The state of a binding (spec leasing.md 3.1 and 3.2), level-triggered: a cluster that fails later is not Ready. */
export function decideBinding(facts: BindingFacts): BindingDecision {
  const verdict = verdictOf(facts);
  const ready = claim('Ready', verdict.phase === 'Ready', verdict);
  return { ...verdict, conditions: [ready, ...connectedClaims(facts), ...partClaims(facts)] };
}

type Verdict = Pick<BindingDecision, 'phase' | 'reason' | 'message'>;
type BindingRule = (facts: BindingFacts) => Verdict | null;

/** The first answer stands. */
const BINDING_RULES: readonly BindingRule[] = [
  isUnbinding,
  isInvalid,
  isDuplicate,
  isUnchecked,
  isUnconnected,
  isUnfit,
];

function verdictOf(facts: BindingFacts): Verdict {
  for (const rule of BINDING_RULES) {
    const verdict = rule(facts);
    if (verdict !== null) {
      return verdict;
    }
  }
  return { phase: 'Ready', reason: Reason.ValidationPassed, message: 'The physical cluster can be used.' };
}

function isUnbinding({ deleting }: BindingFacts): Verdict | null {
  return deleting
    ? { phase: 'Pending', reason: Reason.BindingDeleting, message: 'The nodes are being given back.' }
    : null;
}

function isInvalid({ problems }: BindingFacts): Verdict | null {
  return problems.length === 0
    ? null
    : { phase: 'Failed', reason: Reason.ValidationFailed, message: problems.map(({ message }) => message).join(' ') };
}

function isDuplicate({ duplicateOf }: BindingFacts): Verdict | null {
  const message = `spec.clusterID is already used by ClusterBinding ${duplicateOf}: delete this binding and choose another.`;
  return duplicateOf === null ? null : { phase: 'Failed', reason: Reason.DuplicateClusterID, message };
}

function isUnchecked({ checks }: BindingFacts): Verdict | null {
  return checks === null
    ? { phase: 'Pending', reason: Reason.Initializing, message: 'The physical cluster is being checked.' }
    : null;
}

function isUnconnected({ checks }: BindingFacts): Verdict | null {
  const failed = failures(checks).filter(({ connectivity }) => connectivity);
  return failed.length === 0
    ? null
    : { phase: 'Failed', reason: Reason.ConnectivityFailed, message: messageOf(failed) };
}

function isUnfit({ checks }: BindingFacts): Verdict | null {
  const failed = failures(checks);
  return failed.length === 0 ? null : { phase: 'Failed', reason: Reason.PreflightFailed, message: messageOf(failed) };
}

function failures(checks: readonly PreflightCheck[] | null): readonly PreflightCheck[] {
  return (checks ?? []).filter(({ passed }) => !passed);
}

function messageOf(checks: readonly PreflightCheck[]): string {
  return checks.map(({ name, message }) => `${name}: ${message}`).join(' ');
}

function connectedClaims(facts: BindingFacts): ConditionClaim[] {
  if (facts.checks === null) {
    return [];
  }
  const passed = { reason: Reason.ConnectivityPassed, message: 'The physical cluster answers.' };
  const failed = isUnconnected(facts);
  return [claim('Connected', failed === null, failed ?? passed)];
}

/**
 * SyncerReady and ProxierReady are named after Deployments that no longer exist; scripts wait for them, so they say what
 * those stood for: the watch of the physical cluster, and the gateway.
 */
function partClaims({ watchSynced, gatewayServing, virtualApiAccess }: BindingFacts): ConditionClaim[] {
  return [
    ...partClaim('SyncerReady', watchSynced, {
      yes: { reason: Reason.WatchSynced, message: 'The lists of the physical cluster are synced.' },
      no: { reason: Reason.WatchNotSynced, message: 'The lists of the physical cluster are not synced.' },
    }),
    ...partClaim('ProxierReady', gatewayServing, {
      yes: { reason: Reason.GatewayServing, message: 'A gateway serves the virtual nodes.' },
      no: { reason: Reason.GatewayNotServing, message: 'No gateway serves the virtual nodes.' },
    }),
    ...partClaim('VirtualAPIAccess', virtualApiAccess, {
      yes: { reason: Reason.IntranetServiceFound, message: 'Pods reach the API of the virtual cluster.' },
      no: {
        reason: Reason.IntranetServiceMissing,
        message:
          'Neither intranet Service exists: pods run with dnsPolicy Default and do not reach the API of the virtual cluster.',
      },
    }),
  ];
}

type Wording = Pick<ConditionClaim, 'reason' | 'message'>;

function partClaim(
  type: string,
  holds: boolean | null,
  wording: { readonly yes: Wording; readonly no: Wording },
): ConditionClaim[] {
  return holds === null ? [] : [claim(type, holds, holds ? wording.yes : wording.no)];
}

function claim(type: string, holds: boolean, { reason, message }: Wording): ConditionClaim {
  return { type, status: holds ? 'True' : 'False', reason, message };
}

/** The status to write, or `null` where it says so already. `lastSyncTime` is the last transition into Ready. */
export function planBindingStatus(
  { metadata, status }: Pick<ClusterBinding, 'metadata' | 'status'>,
  { phase, conditions }: BindingDecision,
  now: number,
): ClusterBindingStatus | null {
  const observed = conditions.map((condition) => ({ ...condition, observedGeneration: metadata.generation }));
  const next = setConditions(status?.conditions, observed, now);
  if (status?.phase === phase && next === status.conditions) {
    return null;
  }
  const becameReady = phase === 'Ready' && status?.phase !== 'Ready';
  return { ...status, phase, conditions: next, ...(becameReady ? { lastSyncTime: toRfc3339(now) } : {}) };
}
