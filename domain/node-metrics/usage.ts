import { parseQuantity } from '../quantity';
import { add, type Decimal, times, ZERO } from './decimal';
import { podKey, type OwnPods } from './own-pods';

/** A pod as the API group `metrics.k8s.io` shows it: what its containers use, on average over a window that ended. */
export interface PodUsage {
  readonly metadata: { readonly name: string; readonly namespace: string };
  /** RFC 3339. */
  readonly timestamp: string;
  /** Such as `14.5s`. */
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[];
}

/** A container with the counter that a kubelet would have of it. */
export interface ContainerFigures {
  readonly name: string;
  /** CPUs. */
  readonly cpu: Decimal;
  /** Seconds of CPU time since we began to look. */
  readonly cpuTime: Decimal;
  /** Bytes. */
  readonly memory: Decimal;
}

/** A pod, under its physical name. */
export interface PodFigures {
  readonly namespace: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly containers: readonly ContainerFigures[];
}

/** By UID of the pod and name of the container: CPU time until an instant. */
export type UsageMemory = ReadonlyMap<string, { readonly time: number; readonly cpuTime: Decimal }>;

/**
 * Adds what pods use to what they had used: counters, which is what kubelets tell and everybody who asks one wants. An answer that
 * was counted already, or an older one, counts nothing.
 * @param pods those that count; what the answer says of others is left out
 */
export function countUsage(
  usages: readonly PodUsage[],
  pods: OwnPods,
  memory: UsageMemory,
): { readonly figures: readonly PodFigures[]; readonly memory: UsageMemory } {
  // What an answer leaves out for once goes on where it was.
  const living = new Set([...pods.values()].map(({ uid }) => uid));
  const next = new Map([...memory].filter(([key]) => living.has(podOf(key))));
  const figures = usages.flatMap((usage): PodFigures[] => {
    const { namespace, name } = usage.metadata;
    const own = pods.get(podKey(namespace, name));
    const time = Date.parse(usage.timestamp);
    if (own === undefined || Number.isNaN(time)) return [];
    const containers = usage.containers.map((container) => {
      const key = keyOf(own.uid, container.name);
      const before = memory.get(key) ?? { time: time - windowMillis(usage.window), cpuTime: ZERO };
      const cpu = amountOf(container.usage.cpu);
      const counted = time > before.time ? { time, cpuTime: add(before.cpuTime, times(cpu, millis(time - before.time))) } : before;
      next.set(key, counted);
      return { name: container.name, cpu, cpuTime: counted.cpuTime, memory: amountOf(container.usage.memory) };
    });
    return [{ namespace, name, time, containers }];
  });
  return { figures, memory: next };
}

const keyOf = (uid: string, container: string): string => `${uid}/${container}`;
const podOf = (key: string): string => key.split('/', 1)[0] ?? '';

function amountOf(quantity: string | undefined): Decimal {
  return { digits: parseQuantity(quantity ?? '')?.nanos ?? 0n, scale: 9 };
}

/** In seconds. */
function millis(duration: number): Decimal {
  return { digits: BigInt(duration), scale: 3 };
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1, us: 0.001, 'µs': 0.001, ns: 0.000001 };

/** Reads what Go writes for a duration; 0 for everything else. */
function windowMillis(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)/g)];
  const sum = parts.reduce((total, [, amount, unit = '']) => total + Number(amount) * (UNITS[unit] ?? 0), 0);
  return Math.round(sum);
}
