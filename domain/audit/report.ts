import type { Finding, WaitingPod } from './types';

/** Whether a binding could be looked at. */
export interface AuditedBinding {
  readonly name: string;
  /** Why it could not be looked at; null: it was. */
  readonly unread: string | null;
}

/** What an audit found. */
export interface AuditReport {
  /** RFC 3339. */
  readonly at: string;
  readonly bindings: readonly AuditedBinding[];
  readonly findings: readonly Finding[];
  readonly waiting: readonly WaitingPod[];
}

/** `Unknown`: nothing was found, but not everything could be looked at. Fails closed: that is not clean. */
export type AuditOutcome = 'Clean' | 'Findings' | 'Unknown';

/** See {@link AuditOutcome}. */
export function auditOutcome({ bindings, findings }: Pick<AuditReport, 'bindings' | 'findings'>): AuditOutcome {
  if (findings.length > 0) return 'Findings';
  return bindings.every(({ unread }) => unread === null) ? 'Clean' : 'Unknown';
}

/** Findings of both of two looks: what is merely in flight is in one of them only. */
export function confirmed(first: readonly Finding[], second: readonly Finding[]): Finding[] {
  const seen = new Set(first.map(({ id }) => id));
  return second.filter(({ id }) => seen.has(id));
}

/** A copy that is one too many is told as that alone, not as an orphan, too. */
export function oncePerObject(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ object: { cluster, kind, namespace = '', name, uid = '' } }: Finding) => [cluster, kind, namespace, name, uid].join('\n');
  const duplicates = new Set(findings.filter(({ kind }) => kind === 'Duplicate').map(keyOf));
  return findings.filter((one) => one.kind !== 'Orphan' || !duplicates.has(keyOf(one)));
}
