import type { AuditOutcome } from '../domain/audit';

/** Hears what activities measure; the worker makes metrics of it. */
export interface ActivityObserver {
  /**
   * A window edge has been acted on: the vnode is as the calendar wants it.
   * @param lateMillis since the instant of the edge
   */
  edgeActedOn(binding: string, lateMillis: number): void;
  /** A run of the standing audit is over. */
  audited(outcome: AuditOutcome): void;
}
