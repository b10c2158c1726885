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
  /** Pods of the virtual cluster that are bound to the vnode; whatever is no placeholder is left alone. */
  readonly pods: readonly PodObject[];
}

/** What to write, in this order: at no time is a port free that should not be. */
export interface PlaceholderPlan {
  readonly create: NewPlaceholder | null;
  /** The one that stays although nobody has said yet that it is scheduled. */
  readonly markScheduled: PodObject | null;
  /** Those that say something else. */
  readonly remove: readonly PodObject[];
}

/** Exactly one placeholder with exactly the ports that are taken, none where none are (spec leasing.md section 10). */
export function planPlaceholders({ binding, vnode, ports, pods }: PlaceholderFacts): PlaceholderPlan {
  const live = pods.filter((pod) => isPlaceholder(pod) && !isDeleting(pod)).sort(byName);
  if (vnode === null || ports.length === 0) return { create: null, markScheduled: null, remove: live };
  const kept = live.find((pod) => reserves(pod, ports));
  const remove = live.filter((pod) => pod !== kept);
  if (kept !== undefined) return { create: null, markScheduled: isMarked(kept) ? null : kept, remove };
  // A vnode on its way out gets nothing new.
  if (vnode.metadata.deletionTimestamp !== undefined) return { create: null, markScheduled: null, remove: [] };
  return { create: toPlaceholder(vnode, ports, binding), markScheduled: null, remove };
}

/** The status that says that the placeholder's place is taken, as a merge patch. */
export function scheduledPatch(now: number): object {
  const condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: toRfc3339(now) };
  return { status: { phase: 'Pending', conditions: [condition] } };
}

function reserves({ spec }: PodObject, ports: readonly HostPort[]): boolean {
  const reserved = declaredHostPorts(spec.containers).map(keyOf);
  return reserved.length === ports.length && ports.every((port, index) => keyOf(port) === reserved[index]);
}

function isMarked({ status }: PodObject): boolean {
  return (status?.conditions ?? []).some(({ type, status: value }) => type === 'PodScheduled' && value === 'True');
}

function byName(a: PodObject, b: PodObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
