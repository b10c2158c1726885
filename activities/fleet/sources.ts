import type { PersistentVolume, PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { sourceKey, volumeSecrets } from '../../domain/pods';
import type { CopyKind } from '../../domain/pods';
import { ConfigMaps, PersistentVolumeClaims, PersistentVolumes, Secrets, startInformer } from '../../kube';
import type { Informer, KubeClient, KubeObject } from '../../kube';
import { listsTogether } from './listed';
import type { Listed } from './listed';

/** Index of PersistentVolumes by the Secrets that they name. */
export const BY_VOLUME_SECRET = 'volumeSecret';

/** What pods refer to, as the virtual cluster lists it. */
export interface Sources extends Listed<CopyKind> {
  /** Name and version only. */
  readonly ConfigMap: Informer<KubeObject>;
  /** Name and version only: content is read when it is copied, and never kept. */
  readonly Secret: Informer<KubeObject>;
  readonly PersistentVolumeClaim: Informer<PersistentVolumeClaim>;
  readonly PersistentVolume: Informer<PersistentVolume>;
}

/** Begins to list and watch what pods of the virtual cluster may depend on. Of ConfigMaps and Secrets only the versions are kept. */
export function watchSources(client: KubeClient, onError: (error: unknown) => void): Sources {
  const versions = { metadataOnly: true, trim: onlyVersion, onError };
  const lists = {
    ConfigMap: startInformer<KubeObject>(client, ConfigMaps, versions),
    Secret: startInformer<KubeObject>(client, Secrets, versions),
    PersistentVolumeClaim: startInformer(client, PersistentVolumeClaims, { onError }),
    PersistentVolume: startInformer(client, PersistentVolumes, { indexes: { [BY_VOLUME_SECRET]: secretsOf }, onError }),
  };
  return { ...lists, ...listsTogether(Object.values(lists)) };
}

/** Annotations may repeat the content (kubectl's `last-applied-configuration`), so they are not kept either. */
function onlyVersion({ metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata ?? {};
  return { metadata: { name, namespace, uid, resourceVersion } };
}

function secretsOf({ spec }: PersistentVolume): readonly string[] {
  return spec === undefined ? [] : volumeSecrets(spec).map((secret) => sourceKey({ kind: 'Secret', ...secret }));
}
