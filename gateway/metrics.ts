import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObservation } from '../kube';
import type { Beat } from './leases/heartbeat';

/** What the gauges read when somebody asks for the metrics. */
export interface GaugeSources {
  readonly vnodes: () => number;
  /** Vnodes whose heartbeats are kept. */
  readonly kept: () => number;
}

/** Prometheus metrics of a gateway. */
export class GatewayMetrics {
  readonly registry = new Registry();
  private readonly renewals = new Counter({
    name: 'kubeocean_gateway_node_lease_beats_total',
    help: 'Due heartbeats of virtual nodes by what came of them: renewed, skipped (another gateway had just written) or failed.',
    labelNames: ['result'] as const,
    registers: [this.registry],
  });
  private readonly lateness = new Histogram({
    name: 'kubeocean_gateway_node_lease_lateness_seconds',
    help: 'Time from the instant at which a heartbeat was due until it was written.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 20, 40],
    registers: [this.registry],
  });
  private readonly requests = new Counter({
    name: 'kubeocean_gateway_api_requests_total',
    help: 'Requests to the API server of the virtual cluster by verb, kind and status; 0: no answer.',
    labelNames: ['verb', 'kind', 'status'] as const,
    registers: [this.registry],
  });
  private readonly answers = new Counter({
    name: 'kubeocean_gateway_kubelet_requests_total',
    help: 'Requests to the kubelet API of virtual nodes by route and status; 101: a stream was opened.',
    labelNames: ['route', 'status'] as const,
    registers: [this.registry],
  });

  constructor(sources: GaugeSources) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    gauge(registry, 'kubeocean_gateway_vnodes', 'Virtual nodes seen.', sources.vnodes);
    gauge(registry, 'kubeocean_gateway_vnodes_kept', 'Virtual nodes whose heartbeats are kept.', sources.kept);
    for (const result of ['renewed', 'skipped', 'failed']) this.renewals.inc({ result }, 0);
  }

  /** @param lateness Milliseconds. */
  done(beat: Beat, lateness: number): void {
    this.renewals.inc({ result: beat });
    if (beat === 'renewed') this.lateness.observe(lateness / 1_000);
  }

  failed(): void {
    this.renewals.inc({ result: 'failed' });
  }

  answered(route: string, status: number): void {
    this.answers.inc({ route, status });
  }

  request({ verb, kind, status }: RequestObservation): void {
    this.requests.inc({ verb, kind, status });
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
