import { Annotation } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';

/**
 * Whether somebody gave the physical cluster up: the binding is being deleted, and carries the annotation. From then on nothing
 * waits for that cluster. The annotation alone, on a binding that nobody deletes, means nothing.
 */
export function isAbandoned({ metadata }: Pick<ClusterBinding, 'metadata'>): boolean {
  return metadata.deletionTimestamp !== undefined && Boolean(metadata.annotations?.[Annotation.Abandon]);
}
