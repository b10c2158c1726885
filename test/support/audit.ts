import { readFile } from 'node:fs/promises';

/** One line of an API server's audit log, as far as tests look at it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** Body of a deletion: `gracePeriodSeconds`, `preconditions`. */
  readonly requestObject?: { readonly gracePeriodSeconds?: number; readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } };
  /** Microseconds. */
  readonly requestReceivedTimestamp: string;
  /** When it was answered. */
  readonly stageTimestamp: string;
  readonly stage: string;
}

/**
 * All events of a cluster's audit log, oldest first, one per finished request (a watch: also one when it starts).
 * @param cluster one that was started with `audit: true`.
 */
export async function readAudit(cluster: { readonly auditLog: string | null }): Promise<AuditEvent[]> {
  if (cluster.auditLog === null) throw new Error('this cluster writes no audit log: start it with audit: true');
  const text = await readFile(cluster.auditLog, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  return complete
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditEvent);
}

/** Grace period of a recorded deletion, from its body or its query; null when the caller gave none. */
export function graceOf(event: AuditEvent): number | null {
  const inBody = event.requestObject?.gracePeriodSeconds;
  if (inBody !== undefined) return inBody;
  const inQuery = new URL(event.requestURI, 'http://localhost').searchParams.get('gracePeriodSeconds');
  return inQuery === null ? null : Number(inQuery);
}
