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
    labelNames: ['clusterbinding'] as const,
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300, 1_800, 7_200],
    registers: [this.registry],
  });

  private readonly audits = new Counter({
    name: 'kubeocean_audit_runs_total',
    help: 'Runs of the standing audit in this process, by what they came to: Clean, Findings, Unknown.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });

  private readonly createSteps = this.ofPods('create_pod_total', 'Create steps of pods, those that fail included; a pod that waits has several.');
  private readonly failedSteps = this.ofPods('create_pod_errors_total', 'Create steps that failed, or after which the pod waits.');
  private readonly copies = this.ofPods('pod_created_total', 'Pods created in the physical cluster.');
  private readonly lost = this.ofPods('pod_created_failed_total', 'Pods whose phase was set to Failed because their copies are gone.');

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  retried(): void {
    this.retries.inc();
  }

  audited(outcome: AuditOutcome): void {
    this.audits.inc({ outcome });
  }

  edgeActedOn(clusterbinding: string, lateMillis: number): void {
    this.lateness.observe({ clusterbinding }, lateMillis / 1_000);
  }

  podPlaced(clusterbinding: string, created: boolean): void {
    this.createSteps.inc({ clusterbinding });
    (created ? this.copies : this.failedSteps).inc({ clusterbinding });
  }

  podLost(clusterbinding: string): void {
    this.lost.inc({ clusterbinding });
  }

  /** The counters of spec pods.md 1.12. */
  private ofPods(name: string, help: string): Counter<'clusterbinding'> {
    return new Counter({ name: `kubeocean_syncer_${name}`, help, labelNames: ['clusterbinding'], registers: [this.registry] });
  }
}
