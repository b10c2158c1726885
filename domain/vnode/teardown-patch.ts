import { Annotation, Finalizer, Taint as TaintKey } from '../../api/names/keys';
import { toRfc3339 } from '../conditions';
import { encodeNote, type ReclaimNote } from '../reclaim';
import type { VnodePatch } from './plan';
import type { NodeObject } from './types';

/**
 * The patch that marks a vnode as being given back, or `null` where it is marked: taint `vnode-deleting`, the annotation
 * that remembers since when, the note about where it stands, and from the point of no return on the cordon that `kubectl get nodes` shows.
 * A vnode that is lent again loses taint and annotation by `planVnode`.
 */
export function teardownPatch(live: NodeObject, teardown: Teardown): VnodePatch | null {
  const annotations = missingAnnotations(live, teardown);
  const spec = missingSpec(live, teardown);
  if (annotations === null && spec === null) {
    return null;
  }
  const { resourceVersion } = live.metadata;
  return { metadata: { resourceVersion, ...(annotations && { annotations }) }, ...(spec && { spec }) };
}

/** Where a teardown stands. */
interface Teardown {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly deleteVnode: boolean;
  readonly note: ReclaimNote;
}

function missingAnnotations(live: NodeObject, { startedAt, note }: Teardown): Record<string, string> | null {
  const text = encodeNote(note);
  const missing = {
    ...(teardownStartedAt(live) === null ? { [Annotation.DeletionTaintTime]: toRfc3339(startedAt) } : {}),
    ...(live.metadata.annotations?.[Annotation.Reclaim] === text ? {} : { [Annotation.Reclaim]: text }),
  };
  return Object.keys(missing).length === 0 ? null : missing;
}

function missingSpec({ spec }: NodeObject, { deleteVnode }: Teardown): VnodePatch['spec'] | null {
  const taints = spec?.taints ?? [];
  const isTainted = taints.some(({ key }) => key === TaintKey.VnodeDeleting);
  const isCordoned = spec?.unschedulable === true || !deleteVnode;
  const deleting = { key: TaintKey.VnodeDeleting, value: 'true', effect: 'NoSchedule' };
  const missing = {
    ...(isTainted ? {} : { taints: [...taints, deleting] }),
    ...(isCordoned ? {} : { unschedulable: true }),
  };
  return Object.keys(missing).length === 0 ? null : missing;
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
