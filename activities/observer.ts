import type { AuditOutcome } from '../domain/audit';

/** Hears what activities measure; the worker makes metrics of it. */
export interface ActivityObserver extends PodObserver {
  /**
   * A window edge has been acted on: the vnode is as the calendar wants it.
   * @param lateMillis since the instant of the edge
   */
  edgeActedOn(binding: string, lateMillis: number): void;
  /** A run of the standing audit is over. */
  audited(outcome: AuditOutcome): void;
}

/** Hears what becomes of the copies of pods. */
export interface PodObserver {
  /** A create step of a pod is over. @param created false: it failed, or the pod has to wait */
  podPlaced(binding: string, created: boolean): void;
  /** The phase of a pod was set to Failed, because its copy is gone. */
  podLost(binding: string): void;
}

/** For processes that measure nothing. */
export const NOBODY: PodObserver = { podPlaced: () => undefined, podLost: () => undefined };
