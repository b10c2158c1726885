import { WORKER_NAMESPACE } from '../../api/names/keys';
import type { Manifest } from './manifests';

/**
 * The manifests of a physical cluster for another mount namespace, so that several virtual clusters can borrow from one.
 * Everything namespaced moves; the ClusterRole is shared; its binding gets the namespace into its name, lest the
 * namespaces take it from each other. The input is not changed.
 */
export function placeIn(namespace: string, manifests: readonly Manifest[]): Manifest[] {
  if (namespace === WORKER_NAMESPACE) return [...manifests];
  return manifests.map((manifest) => {
    const moved = renameNamespace(manifest, namespace) as Manifest;
    if (moved.kind !== 'ClusterRoleBinding') return moved;
    return { ...moved, metadata: { ...moved.metadata, name: `${moved.metadata.name}-${namespace}` } };
  });
}

/** Copies plain JSON with each string that is exactly the conventional namespace replaced. */
function renameNamespace(value: unknown, namespace: string): unknown {
  if (value === WORKER_NAMESPACE) return namespace;
  if (Array.isArray(value)) return value.map((item) => renameNamespace(item, namespace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renameNamespace(item, namespace)]));
}
