import { countOn, NO_MEMORY, sum, type CounterMemory } from './counters';
import { type Decimal, formatWhole, parseDecimal } from './decimal';
import { isObject, JsonNumber, type LosslessJson, type LosslessObject } from './lossless-json';
import { podKey, type OwnPod, type OwnPods } from './own-pods';

/** A vnode as its summary shall show it. */
export interface SummaryRules {
  readonly vnode: string;
  readonly pods: OwnPods;
  readonly memory?: CounterMemory;
  /** Another summary has been counted since this one was asked for. Default false. */
  readonly overtaken?: boolean;
}

interface Rewritten {
  readonly summary: LosslessObject;
  readonly memory: CounterMemory;
}

/** Figures that add up over pods, by the part of the statistics that holds them. Most are of one moment. */
const GAUGES = {
  cpu: ['usageNanoCores'],
  memory: ['usageBytes', 'workingSetBytes', 'rssBytes', 'pageFaults', 'majorPageFaults'],
  swap: ['swapUsageBytes'],
} as const;
const CPU_TIME = 'usageCoreNanoSeconds';

/**
 * Turns the kubelet's `/stats/summary` into that of a vnode: its own pods under their virtual names, and of the node the sums over
 * them. What is about the whole physical node (file systems, network, system containers, process counts) is left out.
 * @throws SyntaxError where it is no summary
 */
export function rewriteSummary(summary: LosslessJson, { vnode, pods, memory = NO_MEMORY, overtaken }: SummaryRules): Rewritten {
  if (!isObject(summary) || !isObject(summary.node)) throw new SyntaxError('not a summary');
  const kept = (Array.isArray(summary.pods) ? summary.pods : []).flatMap((pod: LosslessJson) => {
    const own = isObject(pod) ? ownerOf(pod, pods) : undefined;
    return own === undefined ? [] : [{ own, stats: renamed(pod as LosslessObject, own) }];
  });
  const times = new Map(kept.flatMap(({ own, stats }): [string, Decimal][] => {
    const time = figure(stats.cpu, CPU_TIME);
    return time === null ? [] : [[own.uid, time]];
  }));
  const living = new Set([...pods.values()].map(({ uid }) => uid));
  const counted = countOn(memory, { current: times, living, overtaken });
  const all = kept.map(({ stats }) => stats);
  const node = nodeOf(summary.node, { vnode, pods: all, cpuTime: counted.total });
  return { summary: { node, pods: all }, memory: counted.memory };
}

function ownerOf({ podRef }: LosslessObject, pods: OwnPods): OwnPod | undefined {
  if (!isObject(podRef) || typeof podRef.namespace !== 'string' || typeof podRef.name !== 'string') return undefined;
  return pods.get(podKey(podRef.namespace, podRef.name));
}

function renamed(stats: LosslessObject, own: OwnPod): LosslessObject {
  const { namespace, name, uid } = own;
  const volumes = Array.isArray(stats.volume) ? stats.volume.map((volume: LosslessJson) => renamedVolume(volume, own)) : stats.volume;
  return { ...stats, podRef: { name, namespace, uid }, volume: volumes };
}

/** A claim whose virtual name is not known is not named at all. */
function renamedVolume(volume: LosslessJson, { namespace, claims }: OwnPod): LosslessJson {
  if (!isObject(volume) || volume.pvcRef === undefined) return volume;
  const claim = typeof volume.name === 'string' ? claims[volume.name] : undefined;
  return { ...volume, pvcRef: claim === undefined ? undefined : { name: claim, namespace } };
}

interface NodeFigures {
  readonly vnode: string;
  readonly pods: readonly LosslessObject[];
  readonly cpuTime: Decimal;
}

function nodeOf(node: LosslessObject, { vnode, pods, cpuTime }: NodeFigures): LosslessObject {
  const cpu = summed(node, pods, 'cpu');
  const withTime = cpu === undefined ? undefined : { ...cpu, [CPU_TIME]: new JsonNumber(formatWhole(cpuTime)) };
  return { nodeName: vnode, startTime: node.startTime, cpu: withTime, memory: summed(node, pods, 'memory'), swap: summed(node, pods, 'swap') };
}

/** The sums of a part, at the node's time; figures that the node itself has not are left out. */
function summed(node: LosslessObject, pods: readonly LosslessObject[], part: keyof typeof GAUGES): LosslessObject | undefined {
  const live = node[part];
  if (!isObject(live)) return undefined;
  const figures = GAUGES[part].filter((name) => live[name] !== undefined);
  const sums = figures.map((name): [string, JsonNumber] => {
    const amounts = pods.map((pod) => figure(pod[part], name)).filter((amount) => amount !== null);
    return [name, new JsonNumber(formatWhole(sum(amounts)))];
  });
  return { time: live.time, ...Object.fromEntries(sums) };
}

function figure(part: LosslessJson | undefined, name: string): Decimal | null {
  const value = isObject(part) ? part[name] : undefined;
  return value instanceof JsonNumber ? parseDecimal(value.text) : null;
}
