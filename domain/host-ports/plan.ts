import { occupiesNode } from '../capacity';
import { toRfc3339 } from '../conditions';
import { isDeleting, type PodObject } from '../pods';
import type { NodeObject } from '../vnode';
import { declaredHostPorts, type HostPort, keyOf } from './host-ports';
import { isPlaceholder, type NewPlaceholder, toPlaceholder } from './placeholder';

/** Everything that decides the placeholders of one vnode. */
export interface PlaceholderFacts {
  readonly binding: string;
  /** `null` when it is gone. */
  readonly vnode: NodeObject | null;
  /** Host ports that others hold on its physical node, see `foreignHostPorts`. */
  readonly ports: readonly HostPort[];
  /** All pods of the virtual cluster that are bound to the vnode; whatever is no placeholder is left alone. */
  readonly pods: readonly PodObject[];
}

/** What to write, in this order: a port that was free is taken before one that was taken may become free. */
export interface PlaceholderPlan {
  readonly create: readonly NewPlaceholder[];
  /** Those that are to be marked as scheduled, or to lose the mark. */
  readonly mark: readonly { readonly placeholder: PodObject; readonly scheduled: boolean }[];
  /** Those that say something else, or the same as others, which must still be there. */
  readonly remove: readonly { readonly placeholder: PodObject; readonly inFavourOf: readonly PodObject[] }[];
}

const NOTHING: PlaceholderPlan = { create: [], mark: [], remove: [] };

/**
 * One placeholder for each port that is taken (spec leasing.md section 10, which has one for all of them).
 *
 * A scheduler remembers the host ports of a node as a set: when one of two pods with the same port goes, it takes the port for
 * free until it hears of the other again. One placeholder for all ports has to be replaced by one that shares most of them, and
 * pods that wait for such a port are sent there in that moment. With one each, nothing that stays is touched. Where two pods have a
 * port all the same, the placeholder carries its mark only while it is alone: getting it afterwards is what the scheduler hears.
 */
export function planPlaceholders({ binding, vnode, ports, pods }: PlaceholderFacts): PlaceholderPlan {
  const live = pods.filter((pod) => isPlaceholder(pod) && !isDeleting(pod)).sort(byName);
  // A vnode on its way out gets nothing new, and keeps what it has until it is gone.
  if (vnode?.metadata.deletionTimestamp !== undefined) return NOTHING;
  const holders = vnode === null ? [] : ports.map((port) => ({ port, keep: live.find((pod) => reserves(pod, port)) }));
  const kept = holders.flatMap(({ keep }) => keep ?? []);
  return {
    create: vnode === null ? [] : holders.filter(({ keep }) => keep === undefined).map(({ port }) => toPlaceholder(vnode, port, binding)),
    mark: kept.flatMap((placeholder) => markOf(placeholder, pods) ?? []),
    remove: live.filter((pod) => !kept.includes(pod)).map((placeholder) => ({ placeholder, inFavourOf: kept.filter((other) => shares(placeholder, other)) })),
  };
}

/** The status that says whether the placeholder's place is known to be taken, as a merge patch. */
export function scheduledPatch(scheduled: boolean, now: number): object {
  const condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: toRfc3339(now) };
  return { status: { phase: 'Pending', conditions: scheduled ? [condition] : [] } };
}

/** Whether a pod declares a host port, and so may share one with a placeholder, while it is on its node. */
export function declaresHostPort(pod: PodObject): boolean {
  return occupiesNode(pod) && portsOf(pod).length > 0;
}

function markOf(placeholder: PodObject, pods: readonly PodObject[]): PlaceholderPlan['mark'][number] | null {
  const scheduled = !pods.some((pod) => pod !== placeholder && occupiesNode(pod) && shares(pod, placeholder));
  return scheduled === isMarked(placeholder) ? null : { placeholder, scheduled };
}

function shares(pod: PodObject, other: PodObject): boolean {
  const keys = portsOf(other).map(keyOf);
  return portsOf(pod).some((port) => keys.includes(keyOf(port)));
}

function reserves(pod: PodObject, port: HostPort): boolean {
  const reserved = portsOf(pod);
  return reserved.length === 1 && reserved.every((one) => keyOf(one) === keyOf(port));
}

function portsOf({ spec }: PodObject): HostPort[] {
  return declaredHostPorts([...spec.containers, ...(spec.initContainers ?? [])]);
}

function isMarked({ status }: PodObject): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === 'PodScheduled' && value === 'True');
}

function byName(a: PodObject, b: PodObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
