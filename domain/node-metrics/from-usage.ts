import { sum } from './counters';
import { type Decimal, formatDecimal, formatWhole } from './decimal';
import { escapeLabel } from './exposition';
import { JsonNumber, type LosslessObject } from './lossless-json';
import type { ContainerFigures, PodFigures } from './usage';

/** Two families, as a kubelet describes them. */
const FAMILIES = [
  {
    metric: 'container_cpu_usage_seconds_total',
    help: 'Cumulative cpu time consumed by the container in core-seconds',
    type: 'counter',
    amount: ({ cpuTime }: ContainerFigures) => formatDecimal(cpuTime),
  },
  {
    metric: 'container_memory_working_set_bytes',
    help: 'Current working set of the container in bytes',
    type: 'gauge',
    amount: ({ memory }: ContainerFigures) => formatWhole(memory),
  },
] as const;

/** Figures as a physical node would show them in Prometheus' text format: all that there is without asking the node. */
export function expositionOf(pods: readonly PodFigures[]): string[] {
  return FAMILIES.flatMap(({ metric, help, type, amount }) => [
    `# HELP ${metric} ${help}`,
    `# TYPE ${metric} ${type}`,
    ...pods.flatMap(({ namespace, name, time, containers }) =>
      containers.map((container) => `${metric}{${labelsOf({ container: container.name, namespace, pod: name })}} ${amount(container)} ${time}`),
    ),
  ]);
}

/** What a node says of itself there; without pods it has no time. */
export function nodeExpositionOf(pods: readonly PodFigures[]): string[] {
  const time = pods.length === 0 ? '' : ` ${Math.max(...pods.map((pod) => pod.time))}`;
  return [`node_cpu_usage_seconds_total 0${time}`, `node_memory_working_set_bytes 0${time}`];
}

/** Figures as a physical node would show them in its summary. */
export function summaryOf(pods: readonly PodFigures[], now: number): LosslessObject {
  const time = new Date(now).toISOString();
  return { node: { nodeName: '', ...statsOf([], time) }, pods: pods.map(podStatsOf) };
}

function podStatsOf({ namespace, name, time, containers }: PodFigures): LosslessObject {
  const at = new Date(time).toISOString();
  return {
    podRef: { name, namespace, uid: '' },
    containers: containers.map((container) => ({ name: container.name, ...statsOf([container], at) })),
    ...statsOf(containers, at),
  };
}

function statsOf(containers: readonly ContainerFigures[], time: string): LosslessObject {
  const nanos = (amounts: readonly Decimal[]) => new JsonNumber(formatWhole({ ...sum(amounts), digits: sum(amounts).digits * 1_000_000_000n }));
  return {
    cpu: { time, usageNanoCores: nanos(containers.map(({ cpu }) => cpu)), usageCoreNanoSeconds: nanos(containers.map(({ cpuTime }) => cpuTime)) },
    memory: { time, workingSetBytes: new JsonNumber(formatWhole(sum(containers.map(({ memory }) => memory)))) },
  };
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, text]) => `${name}="${escapeLabel(text)}"`)
    .join(',');
}
