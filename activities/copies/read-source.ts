import {
  toPhysicalClaim,
  toPhysicalConfigMap,
  toPhysicalSecret,
  toPhysicalVolume,
  unboundBecause,
} from '../../domain/pods';
import type { ClaimSource, ConfigMapSource, CopyContext, SecretSource, SourceRef, VolumeSource } from '../../domain/pods';
import { keyOf } from '../../kube';
import type { KubeObject } from '../../kube';
import type { VirtualCluster } from '../fleet/virtual-cluster';
import { COPY_TYPES, virtualKey } from './kinds';

/** What one virtual object becomes over there, or why it cannot be copied yet. */
export type Translated = { readonly copy: KubeObject; readonly source: KubeObject } | { readonly why: string };

/**
 * Reads a virtual object and makes its copy of it. Claims and volumes come from their lists; content of ConfigMaps and Secrets is
 * in no list and is asked for.
 * @throws KubeError
 */
export async function translateSource(virtual: VirtualCluster, ref: SourceRef, context: CopyContext): Promise<Translated> {
  const source = await readSource(virtual, ref);
  if (source === null) return { why: 'not found' };
  const unusable = ref.kind === 'PersistentVolumeClaim' ? claimFault(source as ClaimSource) : null;
  return unusable === null ? { source, copy: toCopy(ref, source, context) } : { why: unusable };
}

/** A kubelet starts no pod on a claim that is being deleted. */
function claimFault(claim: ClaimSource & KubeObject): string | null {
  return claim.metadata.deletionTimestamp === undefined ? unboundBecause(claim) : 'being deleted';
}

async function readSource(virtual: VirtualCluster, ref: SourceRef): Promise<KubeObject | null> {
  const key = virtualKey(ref);
  const { store } = virtual.sources[ref.kind];
  const listed = ref.kind === 'PersistentVolumeClaim' || ref.kind === 'PersistentVolume' ? store.get(keyOf(key)) : undefined;
  return listed ?? (await virtual.client.get(COPY_TYPES[ref.kind], key));
}

function toCopy({ kind }: SourceRef, source: KubeObject, context: CopyContext): KubeObject {
  switch (kind) {
    case 'ConfigMap':
      return toPhysicalConfigMap(source as ConfigMapSource, context);
    case 'Secret':
      return toPhysicalSecret(source as SecretSource, context);
    case 'PersistentVolumeClaim':
      return toPhysicalClaim(source as ClaimSource, context);
    case 'PersistentVolume':
      return toPhysicalVolume(source as VolumeSource, context);
  }
}
