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
  readonly create: NewPlaceholder | null;
  /** The one that stays. */
  readonly keep: PodObject | null;
  /** Whether that one is to be marked as scheduled, or to lose the mark; `null`: neither. */
  readonly mark: boolean | null;
  /** Those that say something else. Where one stays, only if it is still there. */
  readonly remove: readonly PodObject[];
}

const NOTHING: PlaceholderPlan = { create: null, keep: null, mark: null, remove: [] };

/**
 * Exactly one placeholder with exactly the ports that are taken, none where none are (spec leasing.md section 10).
 *
 * A scheduler remembers the host ports of a node as a set: when one of two pods with the same port goes, it takes the port for
 * free until it hears of the other again. So a placeholder carries its mark only while nobody beside it declares one of
 * its ports, and getting the mark afterwards is what the scheduler hears. Between the two the ports look free for some
 * milliseconds: a pod that is scheduled there just then waits in the physical cluster.
 */
export function planPlaceholders({ binding, vnode, ports, pods }: PlaceholderFacts): PlaceholderPlan {
  const live = pods.filter((pod) => isPlaceholder(pod) && !isDeleting(pod)).sort(byName);
  if (vnode === null || ports.length === 0) return { ...NOTHING, remove: live };
  const keep = live.find((pod) => reserves(pod, ports));
  const remove = live.filter((pod) => pod !== keep);
  if (keep !== undefined) return { create: null, keep, mark: markOf(keep, pods), remove };
  // A vnode on its way out gets nothing new.
  if (vnode.metadata.deletionTimestamp !== undefined) return NOTHING;
  return { ...NOTHING, create: toPlaceholder(vnode, ports, binding), remove };
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

function markOf(keep: PodObject, pods: readonly PodObject[]): boolean | null {
  const own = portsOf(keep).map(keyOf);
  const shares = (pod: PodObject) => pod !== keep && occupiesNode(pod) && portsOf(pod).some((port) => own.includes(keyOf(port)));
  const scheduled = !pods.some(shares);
  return scheduled === isMarked(keep) ? null : scheduled;
}

function reserves(pod: PodObject, ports: readonly HostPort[]): boolean {
  const reserved = portsOf(pod).map(keyOf);
  return reserved.length === ports.length && ports.every((port, index) => keyOf(port) === reserved[index]);
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
