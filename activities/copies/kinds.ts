import { copyName } from '../../domain/pods';
import type { CopyContext, CopyKind, SourceRef } from '../../domain/pods';
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
export function copyKey(ref: SourceRef, { mountNamespace, virtualCluster }: CopyContext): ObjectKey {
  const name = copyName(ref, virtualCluster);
  return COPY_TYPES[ref.kind].namespaced ? { namespace: mountNamespace, name } : { name };
}
