import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { Annotation, Label } from '../../api/names/keys';
import { copyLabels, writtenFrom } from '../../domain/pods';
import type { CopyKind, WrittenMeta } from '../../domain/pods';
import { ConfigMaps, PersistentVolumeClaims, PersistentVolumes, Secrets, startInformer } from '../../kube';
import type { Informer, InformerOptions, KubeClient, KubeObject } from '../../kube';
import { listsTogether } from './listed';
import type { Listed } from './listed';
import { selectorOf } from './selector';

/** Whose copies, and where. */
export interface CopiesOptions {
  readonly mountNamespace: string | undefined;
  /** UID of the virtual cluster's kube-system namespace. */
  readonly virtualCluster: string;
}

/** The copies of a virtual cluster in a physical one, by kind: metadata, and of claims the size. */
export interface Copies extends Listed<CopyKind> {
  readonly PersistentVolumeClaim: Informer<PersistentVolumeClaim>;
}

/**
 * Watches the metadata of every copy that a virtual cluster has in a physical one. Bindings that share a mount namespace share
 * copies, so all of them are listed.
 */
export function watchCopies(
  client: KubeClient,
  { mountNamespace: namespace, virtualCluster }: CopiesOptions,
  common: Pick<InformerOptions<unknown>, 'onError' | 'backoffMs'>,
): Copies {
  const labelSelector = selectorOf(copyLabels(virtualCluster));
  const options = { labelSelector, metadataOnly: true, ...common };
  const inMount = { ...options, namespace };
  const lists = {
    ConfigMap: startInformer<KubeObject>(client, ConfigMaps, { ...inMount, trim: onlyMapping('ConfigMap') }),
    Secret: startInformer<KubeObject>(client, Secrets, {
      ...inMount,
      trim: onlyMapping('Secret'),
      labelSelector: `${labelSelector},!${Label.ServiceAccountToken}`,
    }),
    PersistentVolumeClaim: startInformer(client, PersistentVolumeClaims, { labelSelector, namespace, trim: onlySize, ...common }),
    PersistentVolume: startInformer<KubeObject>(client, PersistentVolumes, { ...options, trim: onlyMapping('PersistentVolume') }),
  };
  return { ...lists, ...listsTogether(Object.values(lists)) };
}

const KEPT: readonly string[] = [Annotation.VirtualNamespace, Annotation.VirtualName, Annotation.SourceVersion, Annotation.SharedWith];

/** What tells whose copy it is and how old; the user's own annotations may be large. */
function onlyMapping(kind: CopyKind): (object: KubeObject) => KubeObject {
  return (object) => {
    const { name, namespace, uid, resourceVersion, deletionTimestamp, labels, annotations = {} } = markedForeign(kind, object).metadata ?? {};
    const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => KEPT.includes(key)));
    return { metadata: { name, namespace, uid, resourceVersion, deletionTimestamp, labels, annotations: kept } };
  };
}

/** The same without the version of its source, where somebody else has written to it: to be compared with that again. */
export function markedForeign(kind: string, object: KubeObject): KubeObject {
  if (writtenFrom(kind, object.metadata as WrittenMeta | undefined) !== null) return object;
  const others = Object.entries(object.metadata?.annotations ?? {}).filter(([key]) => key !== Annotation.SourceVersion);
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(others) } };
}

const ofClaim = onlyMapping('PersistentVolumeClaim');

/** Claims also tell what the node has made usable of their volume. */
function onlySize({ metadata, status }: PersistentVolumeClaim): PersistentVolumeClaim {
  return { metadata: { ...ofClaim({ metadata }).metadata }, status: { capacity: status?.capacity } } as PersistentVolumeClaim;
}
