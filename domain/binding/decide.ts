import type { BindingPhase, ClusterBinding, ClusterBindingStatus } from '../../api/names/types';
import { type ConditionClaim, Reason, setConditions, toRfc3339 } from '../conditions';
import { sameJson } from '../json/canonical-json';
import { Check, isConnectivity, type PreflightCheck } from './checks';
import { type CredentialsLife, expiryOf } from './credentials-life';
import type { BindingProblem } from './validate';
import { virtualAccessClaim, type VirtualAccess } from './virtual-access';

/** Everything that decides phase and conditions of a binding; `null`: not known yet. */
export interface BindingFacts {
  readonly problems: readonly BindingProblem[];
  /** Name of the binding to which the clusterID belongs, where it is another. */
  readonly duplicateOf: string | null;
  readonly deleting: boolean;
  /** Whether its condition says already that the cluster has not answered for a while: a probe that finds the same says it so too. */
  readonly silent: boolean;
  readonly checks: readonly PreflightCheck[] | null;
  /** Of the credentials in use; `null`: they do not expire, or could not be read. */
  readonly credentials: CredentialsLife | null;
  /** `null`: not known. */
  readonly mountNamespaceUID: string | null;
  /** UID of the physical cluster; `null`: not known, or another than the one that is bound. */
  readonly clusterUID: string | null;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether the lists of the physical cluster are synced. */
  readonly watchSynced: boolean | null;
  /** Whether a gateway serves NodeLeases for this binding's vnodes. */
  readonly gatewayServing: boolean | null;
  readonly virtualAccess: VirtualAccess | null;
}

/** Phase and conditions; reason and message of the condition Ready, for events and logs. */
export interface BindingDecision {
  readonly phase: BindingPhase;
  readonly reason: Reason;
  readonly message: string;
  readonly conditions: readonly ConditionClaim[];
  /** Lines of the status; `null`: nothing was checked. */
  readonly checks: readonly PreflightCheck[] | null;
  /** Epoch milliseconds; `null`: not known, or never. */
  readonly credentialsExpireAt: number | null;
  readonly mountNamespaceUID: string | null;
  /** The cluster that is bound from now on; `null`: says nothing new. */
  readonly clusterUID: string | null;
}

/** The state of a binding (spec leasing.md 3.1 and 3.2), level-triggered: a cluster that fails later is not Ready. */
export function decideBinding(facts: BindingFacts): BindingDecision {
  const verdict = verdictOf(facts);
  const ready = claim('Ready', verdict.phase === 'Ready', verdict);
  return {
    ...verdict,
    conditions: [ready, ...connectedClaims(facts), ...partClaims(facts), ...expiryClaims(facts)],
    checks: facts.checks,
    credentialsExpireAt: facts.credentials?.expiresAt ?? null,
    mountNamespaceUID: facts.mountNamespaceUID,
    // A kubeconfig that was wrong from the beginning may still be put right.
    clusterUID: verdict.phase === 'Ready' ? facts.clusterUID : null,
  };
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

/** What the conditions say of a cluster that has not answered for a while. */
export const UNREACHABLE =
  'The API server of the physical cluster does not answer; its pods are left alone, new ones are kept away.';

function isUnconnected({ checks, silent }: BindingFacts): Verdict | null {
  const failed = failures(checks).filter(isConnectivity);
  if (failed.length === 0) {
    return null;
  }
  const unanswered = failed.every(({ name }) => name === Check.Reachable);
  return silent && unanswered
    ? { phase: 'Failed', reason: Reason.ClusterUnreachable, message: UNREACHABLE }
    : { phase: 'Failed', reason: Reason.ConnectivityFailed, message: messageOf(failed) };
}

function isUnfit({ checks }: BindingFacts): Verdict | null {
  const failed = failures(checks);
  return failed.length === 0 ? null : { phase: 'Failed', reason: Reason.PreflightFailed, message: messageOf(failed) };
}

function failures(checks: readonly PreflightCheck[] | null): readonly PreflightCheck[] {
  return (checks ?? []).filter(({ status }) => status === 'Failed');
}

function messageOf(checks: readonly PreflightCheck[]): string {
  return checks.map(({ name, message }) => `${name}: ${message}`).join(' ');
}

function connectedClaims(facts: BindingFacts): ConditionClaim[] {
  const asked = (facts.checks ?? []).some((check) => isConnectivity(check) && check.status !== 'Skipped');
  if (!asked) {
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
function partClaims({ watchSynced, gatewayServing, virtualAccess }: BindingFacts): ConditionClaim[] {
  return [
    ...partClaim('SyncerReady', watchSynced, {
      yes: { reason: Reason.WatchSynced, message: 'The lists of the physical cluster are synced.' },
      no: { reason: Reason.WatchNotSynced, message: 'The lists of the physical cluster are not synced.' },
    }),
    ...partClaim('ProxierReady', gatewayServing, {
      yes: { reason: Reason.GatewayServing, message: 'A gateway serves the virtual nodes.' },
      no: { reason: Reason.GatewayNotServing, message: 'No gateway serves the virtual nodes.' },
    }),
    ...(virtualAccess === null ? [] : [virtualAccessClaim(virtualAccess)]),
  ];
}

/** Credentials that could not be read say nothing new: the last word stands. */
function expiryClaims({ checks, credentials, now }: BindingFacts): ConditionClaim[] {
  const check = checks?.find(({ name, status }) => name === Check.Credentials && status !== 'Skipped');
  if (check === undefined) {
    return [];
  }
  const expiry = credentials === null ? 'valid' : expiryOf(credentials, now);
  const reason = { valid: Reason.CredentialsValid, expiring: Reason.CredentialsExpireSoon, expired: Reason.CredentialsExpired }[expiry];
  return [claim('CredentialsExpiring', expiry !== 'valid', { reason, message: check.message })];
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

/**
 * The status to write, or `null` where it says so already. `lastSyncTime` is the last transition into Ready. What was not looked
 * at this time keeps its last word.
 */
export function planBindingStatus(
  { metadata, status }: Pick<ClusterBinding, 'metadata' | 'status'>,
  decision: BindingDecision,
  now: number,
): ClusterBindingStatus | null {
  const { phase } = decision;
  const observed = decision.conditions.map((condition) => ({ ...condition, observedGeneration: metadata.generation }));
  const conditions = setConditions(status?.conditions, observed, now);
  const found = foundBy(decision);
  const same = status?.phase === phase && conditions === status.conditions && isWithin(found, status);
  if (same) {
    return null;
  }
  const becameReady = phase === 'Ready' && status?.phase !== 'Ready';
  // What was accepted is written by the guard of edits alone.
  return { ...status, accepted: undefined, ...found, phase, conditions, ...(becameReady ? { lastSyncTime: toRfc3339(now) } : {}) };
}

type Found = Pick<ClusterBindingStatus, 'checks' | 'credentialsExpireAt' | 'mountNamespaceUID' | 'clusterUID'>;

/** What the checks found beyond conditions; a `null` takes the field off. */
function foundBy({ checks, credentialsExpireAt, mountNamespaceUID, clusterUID }: BindingDecision): Found {
  if (checks === null) {
    return {};
  }
  const read = checks.some(({ name, status }) => name === Check.Credentials && status !== 'Skipped');
  const expiry = credentialsExpireAt === null ? null : toRfc3339(credentialsExpireAt);
  return {
    checks: checks.map(({ name, status, message }) => ({ name, status, message })),
    ...(read ? { credentialsExpireAt: expiry } : {}),
    ...(mountNamespaceUID === null ? {} : { mountNamespaceUID }),
    ...(clusterUID === null ? {} : { clusterUID }),
  };
}

function isWithin(found: Found, status: ClusterBindingStatus): boolean {
  const fields = Object.keys(found) as (keyof Found)[];
  // An API server gives the keys of an object back in an order of its own.
  return fields.every((field) => sameJson(found[field], status[field]));
}
