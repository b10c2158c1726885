import type { AuditStatus } from '../../api/names/types';
import { toRfc3339 } from '../conditions';
import type { EpochMillis } from '../pods';
import { auditOutcome, type AuditReport } from './report';
import { pathOf, type Finding } from './types';

/** The part of a report that is about one binding. */
export function reportOf(report: AuditReport, binding: string): Pick<AuditReport, 'bindings' | 'findings'> {
  return {
    bindings: report.bindings.filter(({ name }) => name === binding),
    findings: report.findings.filter((one) => one.binding === binding),
  };
}

/** The status to write after an audit; null: it says so already, so that a healthy cluster causes no writes. */
export function auditStatus(
  previous: AuditStatus | undefined,
  found: Pick<AuditReport, 'bindings' | 'findings'>,
  now: EpochMillis,
): AuditStatus | null {
  const outcome = auditOutcome(found);
  const status = { outcome, findings: found.findings.length, message: messageOf(found) };
  if (previous?.outcome === outcome && previous.findings === status.findings && previous.message === status.message) return null;
  return { ...status, since: previous?.outcome === outcome ? previous.since : toRfc3339(now) };
}

function messageOf({ bindings, findings }: Pick<AuditReport, 'bindings' | 'findings'>): string {
  if (findings.length > 0) return summaryOf(findings);
  const unread = bindings.find((one) => one.unread !== null)?.unread ?? null;
  return unread === null ? 'Both sides agree.' : `Could not look: ${unread}`;
}

/** One sentence for an event. */
export function summaryOf(findings: readonly Finding[]): string {
  const [first] = findings;
  if (first === undefined) return 'Nothing was found.';
  const { kind, object, cause } = first;
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings, the first`;
  return `${count}: ${kind} ${object.kind} ${pathOf(object)} (${object.cluster} cluster): ${cause}.`;
}
