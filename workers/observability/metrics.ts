import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { ActivityObserver } from '../../activities/observer';
import type { AuditOutcome } from '../../domain/audit';

/** Prometheus metrics of a worker process; those of the Temporal SDK have an endpoint of their own. */
export class WorkerMetrics implements ActivityObserver {
  readonly registry = new Registry();
  private readonly retries = new Counter({
    name: 'kubeocean_worker_background_retries_total',
    help: 'Failures in the background (lists, mirrors, messages) that are tried again.',
    registers: [this.registry],
  });
  private readonly lateness = new Histogram({
    name: 'kubeocean_window_edge_lateness_seconds',
    help: 'Time from the instant at which a window opened or closed until the virtual node was changed accordingly.',
    labelNames: ['binding'] as const,
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300, 1_800, 7_200],
    registers: [this.registry],
  });

  private readonly audits = new Counter({
    name: 'kubeocean_audit_runs_total',
    help: 'Runs of the standing audit in this process, by what they came to: Clean, Findings, Unknown.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  retried(): void {
    this.retries.inc();
  }

  audited(outcome: AuditOutcome): void {
    this.audits.inc({ outcome });
  }

  edgeActedOn(binding: string, lateMillis: number): void {
    this.lateness.observe({ binding }, lateMillis / 1_000);
  }
}
