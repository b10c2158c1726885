import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { POD_PHASES } from '../../activities/watch/pod-figures';
import type { PodFigures } from '../../activities/watch/pod-figures';

const METRICS = [
  { side: 'virtual', name: 'kubeocean_syncer_virtual_pod_total', help: 'Pods on the virtual nodes of a binding that it runs, by phase.' },
  { side: 'physical', name: 'kubeocean_syncer_physical_pod_total', help: 'Pods of a binding in its physical cluster, by phase.' },
] as const;

/** The gauges of pods (spec leasing.md 14.1), counted at each scrape; every phase of a binding always has a line. */
export function registerPodMetrics(registry: Registry, figures: () => readonly PodFigures[]): void {
  for (const { side, name, help } of METRICS) {
    new Gauge({
      ...{ name, help, labelNames: ['clusterbinding', 'phase'], registers: [registry] },
      collect() {
        this.reset();
        for (const { binding, [side]: counts } of figures()) {
          for (const phase of POD_PHASES) this.set({ clusterbinding: binding, phase }, counts[phase]);
        }
      },
    });
  }
}
