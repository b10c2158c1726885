import { countOn, NO_MEMORY, sum, type CounterMemory } from './counters';
import { type Decimal, formatDecimal, parseDecimal } from './decimal';
import { formatSample, labelOf, type Sample } from './exposition';
import type { OwnPod, OwnPods } from './own-pods';

/** A figure of a node with the figures of pods and containers that it is the sum of. */
interface Total {
  readonly metric: string;
  readonly pod: string;
  readonly container: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** What stands for zero, see {@link NodeTotals}. Default 0. */
  readonly least?: string;
}

const CPU: Total = {
  metric: 'node_cpu_usage_seconds_total',
  pod: 'pod_cpu_usage_seconds_total',
  container: 'container_cpu_usage_seconds_total',
  type: 'counter',
  help: 'Cumulative cpu time consumed by the node in core-seconds',
  least: '0.000000001',
};
const TOTALS: readonly Total[] = [
  CPU,
  {
    metric: 'node_memory_working_set_bytes',
    pod: 'pod_memory_working_set_bytes',
    container: 'container_memory_working_set_bytes',
    type: 'gauge',
    help: 'Current working set of the node in bytes',
    least: '1',
  },
  {
    metric: 'node_swap_usage_bytes',
    pod: 'pod_swap_usage_bytes',
    container: 'container_swap_usage_bytes',
    type: 'gauge',
    help: 'Current swap usage of the node in bytes. Reported only on non-windows systems',
  },
];

/** Figures of one pod: its own, or those of its containers. */
interface Parts {
  pod?: Decimal;
  readonly containers: Map<string, Decimal>;
}

/**
 * What a vnode's route `/metrics/resource` says of the node: the sums over its own pods, exactly, instead of what the whole physical
 * node uses. A vnode on which nothing runs shows a nanosecond and a byte: metrics-server takes zero for no answer at all, and
 * `kubectl top node` would call the vnode unknown.
 */
export class NodeTotals {
  private readonly parts = new Map<Total, Map<string, Parts>>(TOTALS.map((total) => [total, new Map()]));
  private readonly seen = new Map<string, { readonly sample: Sample; readonly descriptions: readonly string[] }>();

  addSample(sample: Sample, { uid }: OwnPod): void {
    for (const [total, byPod] of this.parts) {
      if (sample.metric !== total.pod && sample.metric !== total.container) continue;
      const value = parseDecimal(valueOf(sample));
      if (value === null) continue;
      const parts = byPod.get(uid) ?? { containers: new Map<string, Decimal>() };
      byPod.set(uid, parts);
      if (sample.metric === total.pod) parts.pod = value;
      else parts.containers.set(labelOf(sample, 'container'), value);
    }
  }

  /** The physical node's own figure: its time and its descriptions are taken over. */
  addNodeSample(sample: Sample, descriptions: readonly string[]): void {
    if (TOTALS.some(({ metric }) => metric === sample.metric)) this.seen.set(sample.metric, { sample, descriptions });
  }

  /**
   * The lines that go out last. Swap is left out where the physical node says nothing of it.
   * @param overtaken another answer has been counted since this one was asked for
   */
  finish(pods: OwnPods, memory: CounterMemory = NO_MEMORY, overtaken = false): { readonly lines: readonly string[]; readonly memory: CounterMemory } {
    const living = new Set([...pods.values()].map(({ uid }) => uid));
    const wanted = TOTALS.filter((total) => total.least !== undefined || this.seen.has(total.metric));
    const counted = countOn(memory, { current: this.amountsOf(CPU), living, overtaken });
    const lines = wanted.flatMap((total) => this.linesOf(total, total === CPU ? counted.total : sum(this.amountsOf(total).values())));
    return { lines, memory: counted.memory };
  }

  /** By UID of the pod; a pod's own figure also holds what belongs to none of its containers. */
  private amountsOf(total: Total): ReadonlyMap<string, Decimal> {
    const byPod = this.parts.get(total) ?? new Map<string, Parts>();
    return new Map([...byPod].map(([uid, { pod, containers }]) => [uid, pod ?? sum(containers.values())]));
  }

  private linesOf({ metric, type, help, least = '0' }: Total, amount: Decimal): readonly string[] {
    const { sample, descriptions = [] } = this.seen.get(metric) ?? {};
    const value = amount.digits === 0n ? least : formatDecimal(amount);
    const described = descriptions.length > 0 ? descriptions : [`# HELP ${metric} ${help}`, `# TYPE ${metric} ${type}`];
    return [...described, formatSample({ metric, labels: [], rest: value + timeOf(sample) })];
  }
}

function valueOf({ rest }: Sample): string {
  return rest.split(/[ \t]+/, 1)[0] ?? '';
}

function timeOf(sample: Sample | undefined): string {
  const time = sample?.rest.split(/[ \t]+/)[1];
  return time === undefined ? '' : ` ${time}`;
}
