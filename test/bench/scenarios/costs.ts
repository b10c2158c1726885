import { countByKind, type TimedAuditEvent } from '../measure/audit';
import { cpuOf, peakOf, type Uses } from '../measure/processes';
import type { Cost } from '../measure/observed';
import type { Measurement } from '../result';

/** The processes whose cost is told apart; the product's first. */
const GROUPS = [
  ['worker', /^worker-/],
  ['gateway', /^gateway$/],
  ['temporal', /^temporal$/],
  ['API servers', /-apiserver$/],
  ['etcd', /^etcd$/],
  ['controllers, schedulers, kwok', /-(controller-manager|scheduler|kwok)$/],
  ['this bench', /^bench$/],
] as const;

/** CPU of each group of processes per pod, Temporal's share of it all, and what strangers on this machine took meanwhile. */
export function cpuPerPod(prefix: string, { uses, machineCpuSeconds }: Cost, pods: number): Measurement[] {
  const all = cpuOf(uses, /./);
  const temporal = cpuOf(uses, /^temporal$/);
  return [
    ...GROUPS.map(([group, pattern]): Measurement => {
      const seconds = cpuOf(uses, pattern);
      const value = (seconds * 1000) / pods;
      return { metric: `${prefix}.cpu.${group}`, title: `CPU per pod, ${group}`, value, unit: 'ms', note: `${seconds.toFixed(1)} s in all` };
    }),
    { metric: `${prefix}.cpu.share`, title: "Temporal's share of all CPU", value: (100 * temporal) / all, unit: '%' },
    {
      ...{ metric: `${prefix}.cpu.strangers`, title: 'CPU taken by strangers, of all that was used' },
      ...{ value: Math.max(0, 100 * (1 - all / machineCpuSeconds)), unit: '%', note: 'the more, the less these figures say' },
    },
  ];
}

/** Peak memory since the start of the processes. */
export function memoryOf(prefix: string, uses: Uses): Measurement[] {
  return GROUPS.slice(0, 3).map(([group, pattern]) => ({
    ...{ metric: `${prefix}.memory.${group}`, title: `peak memory, ${group}` },
    ...{ value: peakOf(uses, pattern), unit: 'MiB' },
  }));
}

/** API requests of the workers per pod, and of which kinds. */
export function requestsPerPod(metric: string, events: readonly TimedAuditEvent[], pods: number): Measurement {
  return { ...requestsPer(events, pods), metric, title: 'API requests per pod' };
}

/** API requests of the workers per node, and of which kinds. */
export function requestsPerNode(metric: string, events: readonly TimedAuditEvent[], nodes: number): Measurement {
  return { ...requestsPer(events, nodes), metric, title: 'API requests per node' };
}

function requestsPer(events: readonly TimedAuditEvent[], count: number): Pick<Measurement, 'value' | 'unit' | 'note'> {
  const kinds = countByKind(events).map(([kind, times]) => `${kind} ${(times / count).toFixed(1)}`);
  return { value: events.length / count, unit: 'requests', note: kinds.slice(0, 8).join(', ') };
}

/** Temporal events per pod, and which workflows have them. */
export function eventsPerPod(metric: string, { events }: Cost, pods: number): Measurement {
  const all = [...events.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...events].filter(([, count]) => count > 0).map(([type, count]) => `${type} ${(count / pods).toFixed(1)}`);
  return { metric, title: 'Temporal events per pod', value: all / pods, unit: 'events', note: shares.join(', ') };
}
