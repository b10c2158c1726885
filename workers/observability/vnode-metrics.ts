import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { VnodeFigures } from '../../activities/watch/figures';
import { exportedFigure } from '../../domain/capacity';
import type { NodeFigures } from '../../domain/capacity';

const FIGURES: readonly (readonly [key: keyof NodeFigures, suffix: string, meaning: string])[] = [
  ['origin', 'origin_resource', 'what the physical node can allocate'],
  ['available', 'available_resource', 'what is lent after limits'],
  ['physicalUsage', 'physical_usage', 'requests of pods of others'],
  ['virtualUsage', 'virtual_usage', 'requests of pods of the binding'],
];
const UNITS = 'millicores, MiB or a count';

/** A source that is computed once for all gauges of a scrape. */
type Source = () => readonly VnodeFigures[];

/** The gauges of vnodes and of all vnodes of a binding together (spec leasing.md 14.1), computed at each scrape. */
export function registerVnodeMetrics(registry: Registry, figures: Source): void {
  const source = forOneScrape(figures);
  registerTotal(registry, source);
  for (const [key, suffix, meaning] of FIGURES) {
    registerByNode(registry, source, { key, name: `kubeocean_syncer_vnode_${suffix}`, help: `Of a vnode: ${meaning}; ${UNITS}.` });
    registerByBinding(registry, source, { key, name: `kubeocean_syncer_cluster_${suffix}`, help: `Of all vnodes of a binding: ${meaning}; ${UNITS}.` });
  }
}

interface Metric {
  readonly key: keyof NodeFigures;
  readonly name: string;
  readonly help: string;
}

function registerTotal(registry: Registry, source: Source): void {
  new Gauge({
    name: 'kubeocean_syncer_vnode_total',
    help: 'Virtual nodes of a binding.',
    labelNames: ['clusterbinding'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { binding } of source()) this.inc({ clusterbinding: binding });
    },
  });
}

function registerByNode(registry: Registry, source: Source, { key, name, help }: Metric): void {
  new Gauge({
    ...{ name, help, labelNames: ['clusterbinding', 'node', 'resource'], registers: [registry] },
    collect() {
      this.reset();
      for (const { binding, vnode, figures } of source()) {
        for (const [resource, value] of exported(figures[key])) this.set({ clusterbinding: binding, node: vnode, resource }, value);
      }
    },
  });
}

function registerByBinding(registry: Registry, source: Source, { key, name, help }: Metric): void {
  new Gauge({
    ...{ name, help, labelNames: ['clusterbinding', 'resource'], registers: [registry] },
    collect() {
      this.reset();
      for (const { binding, figures } of source()) {
        for (const [resource, value] of exported(figures[key])) this.inc({ clusterbinding: binding, resource }, value);
      }
    },
  });
}

function exported(amounts: NodeFigures[keyof NodeFigures]): [string, number][] {
  return Object.entries(amounts).flatMap(([resource, quantity]) => {
    const value = exportedFigure(resource, quantity);
    return value === null ? [] : [[resource, value] as [string, number]];
  });
}

/** All gauges of a registry are collected in one turn of the event loop. */
function forOneScrape(figures: Source): Source {
  let known: readonly VnodeFigures[] | null = null;
  return () => {
    if (known === null) {
      known = figures();
      setImmediate(() => (known = null));
    }
    return known;
  };
}
