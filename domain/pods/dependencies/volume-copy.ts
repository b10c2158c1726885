import type { PersistentVolume, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { physicalName } from '../naming/physical-name';
import { copyMetadata, volumeNameIn, type CopyContext, type SourceMeta } from './copy-metadata';
import { physicalVolumeSecrets } from './volume-secrets';
import { contentKeys } from './written-from';

/** A virtual PersistentVolume as far as its copy needs it. */
export interface VolumeSource {
  readonly metadata: SourceMeta;
  readonly spec: Readonly<PersistentVolumeSpec>;
}

/**
 * Copy of a virtual PersistentVolume (spec pods.md 3.1, 3.4): the same storage, reserved for the copy of its claim, and
 * - without a class, so that both bind whatever the default is, and no controller over there feels responsible;
 * - retained, because only the virtual cluster decides about the storage;
 * - without node affinity, which the virtual scheduler has honoured in its own nodes' labels; `local` volumes must have one.
 */
export function toPhysicalVolume({ metadata, spec }: VolumeSource, context: CopyContext): PersistentVolume {
  const { claimRef, nodeAffinity, ...rest } = physicalVolumeSecrets(spec, context.mountNamespace);
  const claim = physicalName(claimRef?.name ?? '', claimRef?.namespace ?? '');
  const copied: PersistentVolumeSpec = {
    ...withoutClass(rest),
    ...(spec.local && { nodeAffinity }),
    persistentVolumeReclaimPolicy: 'Retain',
    claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: context.mountNamespace, name: claim },
  };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volumeNameIn(context, metadata.name),
      ...copyMetadata(metadata, context, { [Annotation.ContentKeys]: contentKeys('PersistentVolume', { spec: copied }) }),
    },
    spec: copied,
  };
}

function withoutClass(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  const classes = ['storageClassName', 'volumeAttributesClassName'];
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !classes.includes(field))) as unknown as PersistentVolumeSpec;
}
