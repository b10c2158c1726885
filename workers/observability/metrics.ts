import { collectDefaultMetrics, Counter, Registry } from 'prom-client';

/** Prometheus metrics of a worker process; those of the Temporal SDK have an endpoint of their own. */
export class WorkerMetrics {
  readonly registry = new Registry();
  private readonly retries = new Counter({
    name: 'kubeocean_worker_background_retries_total',
    help: 'Failures in the background (lists, mirrors, messages) that are tried again.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  retried(): void {
    this.retries.inc();
  }
}
