import type { ClusterBinding } from '../../api/names/types';
import { toRfc3339 } from '../conditions';

/**
 * What is still to be removed from a physical cluster that was abandoned. Kept in a ConfigMap: no secret is in it, the kubeconfig
 * stays in its Secret, without which a debt cannot be paid.
 */
export interface Debt {
  readonly v: 1;
  /** Name and UID of the ClusterBinding that is gone. */
  readonly binding: string;
  readonly bindingUid: string;
  readonly clusterID: string;
  readonly mountNamespace: string;
  /** Tells whether a kubeconfig still leads to the same cluster; null: never known, then the Secret must be the same object. */
  readonly mountNamespaceUID: string | null;
  /** `uid` null: the Secret was gone already. */
  readonly secret: { readonly namespace: string; readonly name: string; readonly uid: string | null };
  /** Names of the policies of the binding when it was abandoned: its lender may delete them before it is paid. null: not known. */
  readonly policies: readonly string[] | null;
  /** RFC 3339. */
  readonly since: string;
  /** Failed attempts in a row. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly nextAttemptAt: string;
  /** Why it is not paid yet, and what to do, as a sentence. */
  readonly reason: string;
}

const FIRST_RETRY_MILLIS = 15_000;
const LAST_RETRY_MILLIS = 300_000;
/** Pods that stop by their own grace are looked at again soon. */
const PROGRESS_MILLIS = 10_000;

/** Key of a debt in its ConfigMap: a name may be bound, and abandoned, more than once. */
export function debtKey({ binding, bindingUid }: Pick<Debt, 'binding' | 'bindingUid'>): string {
  return `${binding}.${bindingUid}`;
}

/** What is known of the other cluster, and of the way to it, when a binding is abandoned. */
export type KnownThen = Pick<Debt, 'policies'> & { readonly secretUid: string | null };

/** A debt that may be paid at once. */
export function newDebt(binding: ClusterBinding, { secretUid, policies }: KnownThen, now: number): Debt {
  const { metadata, spec, status } = binding;
  const { namespace = '', name = '' } = spec.secretRef;
  return {
    v: 1,
    binding: metadata.name,
    bindingUid: metadata.uid,
    clusterID: spec.clusterID,
    mountNamespace: spec.mountNamespace ?? '',
    mountNamespaceUID: status?.mountNamespaceUID ?? null,
    secret: { namespace, name, uid: secretUid },
    policies,
    since: toRfc3339(now),
    attempts: 0,
    nextAttemptAt: toRfc3339(now),
    reason: 'Not tried yet.',
  };
}

/** After an attempt that failed: 15 s, doubling, at most 5 min, for as long as it takes. */
export function afterFailure(debt: Debt, reason: string, now: number): Debt {
  const attempts = debt.attempts + 1;
  const pause = Math.min(FIRST_RETRY_MILLIS * 2 ** (attempts - 1), LAST_RETRY_MILLIS);
  return { ...debt, attempts, reason, nextAttemptAt: toRfc3339(now + pause) };
}

/** After an attempt that reached the cluster and has to wait for it. */
export function afterProgress(debt: Debt, reason: string, now: number): Debt {
  return { ...debt, attempts: 0, reason, nextAttemptAt: toRfc3339(now + PROGRESS_MILLIS) };
}

/** Epoch milliseconds; 0 for one whose instant cannot be read: at once. */
export function dueAt({ nextAttemptAt }: Debt): number {
  return Date.parse(nextAttemptAt) || 0;
}

/** What a ledger says. Entries that cannot be read stay where they are and are named: unknown is not paid. */
export interface Ledger {
  readonly debts: readonly Debt[];
  readonly unreadable: readonly string[];
}

/** Reads the data of the ConfigMap, oldest debt first. */
export function readLedger(data: Readonly<Record<string, string>> | undefined): Ledger {
  const entries = Object.entries(data ?? {}).map(([key, text]) => ({ key, debt: parseDebt(text) }));
  // One under another key could not be struck off by its own.
  const isSound = ({ key, debt }: (typeof entries)[number]) => debt !== null && debtKey(debt) === key;
  return {
    debts: entries
      .filter(isSound)
      .flatMap(({ debt }) => debt ?? [])
      .sort((a, b) => a.since.localeCompare(b.since) || debtKey(a).localeCompare(debtKey(b))),
    unreadable: entries.filter((entry) => !isSound(entry)).map(({ key }) => key).sort(),
  };
}

const TEXTS = ['binding', 'bindingUid', 'clusterID', 'mountNamespace', 'since', 'nextAttemptAt', 'reason'] as const;

function parseDebt(text: string): Debt | null {
  try {
    const read = JSON.parse(text) as Debt;
    // Entries of earlier versions name none.
    const debt: Debt = { ...read, policies: read.policies ?? null };
    const { v, secret, attempts, policies } = debt;
    const sound = v === 1 && typeof attempts === 'number' && TEXTS.every((field) => typeof debt[field] === 'string');
    const named = policies === null || (Array.isArray(policies) && policies.every((name) => typeof name === 'string'));
    return sound && named && typeof secret?.name === 'string' && typeof secret.namespace === 'string' ? debt : null;
  } catch {
    return null;
  }
}
