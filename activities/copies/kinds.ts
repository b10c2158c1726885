import { physicalName } from '../../domain/pods';
import type { CopyKind, SourceRef } from '../../domain/pods';
import { ConfigMaps, PersistentVolumeClaims, PersistentVolumes, Secrets } from '../../kube';
import type { KubeObject, ObjectKey, ResourceType } from '../../kube';

/** How an API server serves each kind that is copied. */
export const COPY_TYPES: Readonly<Record<CopyKind, ResourceType<KubeObject>>> = {
  ConfigMap: ConfigMaps,
  Secret: Secrets,
  PersistentVolumeClaim: PersistentVolumeClaims,
  PersistentVolume: PersistentVolumes,
};

/** Where a virtual object stands. */
export function virtualKey({ kind, namespace, name }: SourceRef): ObjectKey {
  return COPY_TYPES[kind].namespaced ? { namespace, name } : { name };
}

/** Where its copy stands, or will stand. */
export function copyKey({ kind, namespace, name }: SourceRef, mountNamespace: string): ObjectKey {
  const copy = physicalName(name, namespace);
  return COPY_TYPES[kind].namespaced ? { namespace: mountNamespace, name: copy } : { name: copy };
}
