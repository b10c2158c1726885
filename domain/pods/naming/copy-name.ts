import type { SourceRef } from '../dependencies/source-ref';
import { physicalName } from './physical-name';

/**
 * Name of the copy of a virtual object. Volumes have no namespace, and with it no mount namespace that keeps virtual clusters
 * apart: the identity of theirs stands in its place, so that two of them may have volumes of the same name.
 * @param virtualCluster UID of the virtual cluster's kube-system namespace
 */
export function copyName({ kind, namespace, name }: SourceRef, virtualCluster: string): string {
  return physicalName(name, kind === 'PersistentVolume' ? virtualCluster : namespace);
}

/** Names that a copy may have: the one above, and of a volume that of earlier versions (spec pods.md 0.2), which is kept. */
export function copyNames(ref: SourceRef, virtualCluster: string): readonly string[] {
  const earlier = ref.kind === 'PersistentVolume' ? [physicalName(ref.name, '')] : [];
  return [copyName(ref, virtualCluster), ...earlier];
}
