/** Id of the schedule that starts the standing audit; one in each Temporal namespace, and so for each virtual cluster. */
export const AUDIT_SCHEDULE_ID = 'kubeocean-audit';
/** Its workflow; Temporal adds the time to the id. */
export const AUDIT_ID = 'audit';

/** How often the standing audit runs unless the process says otherwise, milliseconds. */
export const AUDIT_INTERVAL_MILLIS = 600_000;

/** What a standing audit found, for Temporal's UI; the findings themselves are told in events. */
export interface AuditSummary {
  /** Bindings of which everything was looked at and nothing found. */
  readonly clean: number;
  /** Findings by binding; the empty name: what belongs to none. */
  readonly findings: Readonly<Record<string, number>>;
  /** Bindings that could not be looked at. */
  readonly unread: readonly string[];
}
