import { copyFinalizer, deletingAnnotation, syncedByLabel } from '../../api/names/keys';
import { ConfigMaps, isKubeError, LogConfigs, PersistentVolumeClaims, PersistentVolumes, Secrets } from '../../kube';
import type { KubeClient, KubeObject, ResourceType } from '../../kube';

/** Kinds that an earlier installation labelled when it copied them. */
const LABELLED: readonly ResourceType<KubeObject>[] = [ConfigMaps, Secrets, PersistentVolumes, PersistentVolumeClaims];

/**
 * Takes what an earlier installation put on the user's own objects off again: the finalizer that waits for a copy, and the label
 * and annotation beside it. We need none of them, and nobody else would ever release them (spec leasing.md 2.4).
 * @throws KubeError
 */
export async function releaseOriginals(client: KubeClient, clusterId: string): Promise<void> {
  for (const type of LABELLED) await releaseEach(client, type, clusterId, `${syncedByLabel(clusterId)}=true`);
  try {
    await releaseEach(client, LogConfigs, clusterId);
  } catch (error) {
    // The kind is not installed.
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}

type Released = KubeObject & { readonly metadata?: { readonly finalizers?: readonly string[] } };

async function releaseEach(
  client: KubeClient,
  type: ResourceType<KubeObject>,
  clusterId: string,
  labelSelector?: string,
): Promise<void> {
  const { items } = await client.list(type, { labelSelector, metadataOnly: true });
  for (const object of items) await releaseOriginal(client, type, { object, clusterId });
}

/** Takes it off one object, whether or not that carries the label. @throws KubeError `Conflict` when it changed meanwhile */
export async function releaseOriginal(
  client: KubeClient,
  type: ResourceType<KubeObject>,
  { object, clusterId }: { readonly object: KubeObject; readonly clusterId: string },
): Promise<void> {
  const { metadata = {} } = object as Released;
  const { namespace, name = '', uid, resourceVersion, finalizers = [], labels = {}, annotations = {} } = metadata;
  const kept = finalizers.filter((finalizer) => finalizer !== copyFinalizer(clusterId));
  const label = syncedByLabel(clusterId);
  const annotation = deletingAnnotation(clusterId);
  if (kept.length === finalizers.length && labels[label] === undefined && annotations[annotation] === undefined) return;
  const body = { metadata: { finalizers: kept, labels: { [label]: null }, annotations: { [annotation]: null } } };
  await client.patch(type, { namespace, name }, { kind: 'merge', body }, { uid, resourceVersion });
}
