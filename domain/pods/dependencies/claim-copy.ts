import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeClaimStatus } from 'kubernetes-types/core/v1';
import { physicalName } from '../naming/physical-name';
import { copyMetadata, volumeNameIn, type CopyContext, type SourceMeta } from './copy-metadata';

/** A virtual PersistentVolumeClaim as far as its copy needs it. */
export interface ClaimSource {
  readonly metadata: SourceMeta & { readonly namespace: string };
  readonly spec: Readonly<PersistentVolumeClaimSpec>;
  readonly status?: Readonly<PersistentVolumeClaimStatus>;
}

/** Why a claim cannot be used yet; null: it is bound. */
export function unboundBecause({ metadata, spec, status }: ClaimSource): string | null {
  if (status?.phase === 'Bound' && spec.volumeName) return null;
  const phase = status?.phase ?? 'Pending';
  const storageClass = spec.storageClassName ? `StorageClass ${spec.storageClassName}` : 'no StorageClass';
  return `PVC ${metadata.namespace}/${metadata.name} is not bound, current phase: ${phase} (${storageClass})`;
}

/**
 * Copy of a bound virtual claim: it takes exactly the copy of its volume, whatever the default StorageClass (spec pods.md 3.4).
 * It asks for what the claim has, not for what an expansion under way will give: that could not be bound.
 */
export function toPhysicalClaim({ metadata, spec, status }: ClaimSource, context: CopyContext): PersistentVolumeClaim {
  const storage = status?.capacity?.storage ?? spec.resources?.requests?.storage ?? '';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: physicalName(metadata.name, metadata.namespace),
      namespace: context.mountNamespace,
      ...copyMetadata(metadata, context),
    },
    spec: {
      accessModes: spec.accessModes,
      ...(spec.volumeMode && { volumeMode: spec.volumeMode }),
      resources: { requests: { storage } },
      storageClassName: '',
      volumeName: volumeNameIn(context, spec.volumeName ?? ''),
    },
  };
}
