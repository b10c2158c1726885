import type { Volume, VolumeProjection } from 'kubernetes-types/core/v1';
import { physicalName } from '../naming/physical-name';
import { volumeTokens, type TokenRequest } from '../tokens/token-requests';
import type { PodObject } from '../types';
import { virtualFiles } from './downward-api';
import { mapped } from './environment';

/** In-tree volume sources that read a Secret through `secretRef`. */
export const SECRET_REF_SOURCES = ['cephfs', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'] as const;

/** A volume of the copy: references mapped, tokens from their Secret, the pod's own fields in its files (spec pods.md 1.6.1). */
export function physicalVolume(volume: Volume, vPod: Pick<PodObject, 'metadata'>): Volume {
  const { configMap, secret, persistentVolumeClaim, downwardAPI, projected } = volume;
  return {
    ...volume,
    ...(configMap && { configMap: mapped(configMap, vPod) }),
    ...(secret?.secretName && { secret: { ...secret, secretName: nameOf(secret.secretName, vPod) } }),
    ...(persistentVolumeClaim && {
      persistentVolumeClaim: { ...persistentVolumeClaim, claimName: nameOf(persistentVolumeClaim.claimName, vPod) },
    }),
    ...(downwardAPI?.items && { downwardAPI: { ...downwardAPI, items: virtualFiles(downwardAPI.items) } }),
    ...(projected?.sources && { projected: { ...projected, sources: physicalSources(volume, vPod) } }),
    ...secretReaders(volume, vPod),
  };
}

function physicalSources(volume: Volume, vPod: Pick<PodObject, 'metadata'>): VolumeProjection[] {
  const tokens = volumeTokens(volume, vPod);
  return (volume.projected?.sources ?? []).map((source) => {
    const token = source.serviceAccountToken ? tokens.shift() : undefined;
    return token ? tokenProjection(token) : physicalProjection(source, vPod);
  });
}

function tokenProjection({ secretName, key, path }: TokenRequest): VolumeProjection {
  return { secret: { name: secretName, items: [{ key, path }] } };
}

function physicalProjection(source: VolumeProjection, vPod: Pick<PodObject, 'metadata'>): VolumeProjection {
  const { configMap, secret, downwardAPI } = source;
  return {
    ...source,
    ...(configMap && { configMap: mapped(configMap, vPod) }),
    ...(secret && { secret: mapped(secret, vPod) }),
    ...(downwardAPI?.items && { downwardAPI: { ...downwardAPI, items: virtualFiles(downwardAPI.items) } }),
  };
}

/** A name left as it is would read a Secret of the same name that belongs to somebody else in the mount namespace. */
function secretReaders(volume: Volume, vPod: Pick<PodObject, 'metadata'>): Partial<Volume> {
  const { azureFile, csi, glusterfs } = volume;
  const inTree = SECRET_REF_SOURCES.flatMap((key) => {
    const source = volume[key];
    return source?.secretRef ? [[key, { ...source, secretRef: mapped(source.secretRef, vPod) }]] : [];
  });
  return {
    ...(Object.fromEntries(inTree) as Partial<Volume>),
    ...(glusterfs && { glusterfs: { ...glusterfs, endpoints: nameOf(glusterfs.endpoints, vPod) } }),
    ...(azureFile && { azureFile: { ...azureFile, secretName: nameOf(azureFile.secretName, vPod) } }),
    ...(csi?.nodePublishSecretRef && {
      csi: { ...csi, nodePublishSecretRef: mapped(csi.nodePublishSecretRef, vPod) },
    }),
  };
}

function nameOf(name: string, { metadata }: Pick<PodObject, 'metadata'>): string {
  return physicalName(name, metadata.namespace);
}
