import { Annotation, Finalizer, Taint as TaintKey } from '../../api/names/keys';
import { toRfc3339 } from '../conditions';
import type { VnodePatch } from './plan';
import type { NodeObject } from './types';

/**
 * The patch that marks a vnode as being given back, or `null` where it is marked: taint `vnode-deleting`, the annotation
 * that remembers since when, and from the point of no return on the cordon that `kubectl get nodes` shows.
 * A vnode that is lent again loses taint and annotation by `planVnode`.
 */
export function teardownPatch(
  live: NodeObject,
  { startedAt, deleteVnode }: { readonly startedAt: number; readonly deleteVnode: boolean },
): VnodePatch | null {
  const taints = live.spec?.taints ?? [];
  const isTainted = taints.some(({ key }) => key === TaintKey.VnodeDeleting);
  const isDated = teardownStartedAt(live) !== null;
  const isCordoned = live.spec?.unschedulable === true || !deleteVnode;
  if (isTainted && isDated && isCordoned) {
    return null;
  }
  const deleting = { key: TaintKey.VnodeDeleting, value: 'true', effect: 'NoSchedule' };
  return {
    metadata: {
      resourceVersion: live.metadata.resourceVersion,
      ...(isDated ? {} : { annotations: { [Annotation.DeletionTaintTime]: toRfc3339(startedAt) } }),
    },
    spec: {
      ...(isTainted ? {} : { taints: [...taints, deleting] }),
      ...(isCordoned ? {} : { unschedulable: true }),
    },
  };
}

/** When the vnode's teardown began, in epoch milliseconds, or `null` where none is under way. */
export function teardownStartedAt(live: Pick<NodeObject, 'metadata'>): number | null {
  const instant = Date.parse(live.metadata.annotations?.[Annotation.DeletionTaintTime] ?? '');
  return Number.isNaN(instant) ? null : instant;
}

/** The patch that lets a deleted vnode go, or `null` where our finalizer is not on it. */
export function releasePatch({ metadata }: Pick<NodeObject, 'metadata'>): VnodePatch | null {
  const finalizers = metadata.finalizers ?? [];
  const kept = finalizers.filter((finalizer) => finalizer !== Finalizer.Vnode);
  return kept.length === finalizers.length
    ? null
    : { metadata: { resourceVersion: metadata.resourceVersion, finalizers: kept } };
}
