import { Annotation, Label, MANAGED_BY } from '../../../api/names/keys';
import { encodeExpected } from '../../metadata';
import { ownershipLabels } from '../identity/ownership';
import { annotationBytes, MAX_ANNOTATION_BYTES } from '../identity/pushed-metadata';
import { userEntries } from '../identity/reserved';
import { copyName } from '../naming/copy-name';
import type { Ownership } from '../types';

/** Metadata of a virtual object as far as its copy needs it. */
export interface SourceMeta {
  readonly name: string;
  /** Absent on a cluster-scoped object. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where a copy belongs, and on whose behalf it is made. */
export interface CopyContext extends Ownership {
  readonly mountNamespace: string;
  /** Name of the copy of a volume. Default the rule's, for one that has no copy of an earlier name. */
  readonly volumeName?: (volume: string) => string;
}

/** See {@link CopyContext.volumeName}. */
export function volumeNameIn({ virtualCluster, volumeName }: CopyContext, volume: string): string {
  return volumeName?.(volume) ?? copyName({ kind: 'PersistentVolume', namespace: '', name: volume }, virtualCluster);
}

/** Labels and annotations of a copy. */
export interface CopyMetadata {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

/**
 * Annotations that speak to the virtual cluster's own controllers and clients. Volume controllers over here would take a claim
 * for bound, or pick a class; kubectl's record repeats the whole object, a Secret's data included, where metadata is listed.
 */
const NOT_CARRIED: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'pv.kubernetes.io/',
  'volume.kubernetes.io/',
  'volume.beta.kubernetes.io/storage-',
];

/**
 * The user's metadata, the way back, and which version of the source it was made from (spec pods.md 3.1).
 * @param more annotations of ours for this kind
 */
export function copyMetadata(source: SourceMeta, ownership: Ownership, more: Readonly<Record<string, string>> = {}): CopyMetadata {
  const user = { labels: userEntries(source.labels), annotations: carried(source.annotations), taints: [] };
  const annotations = {
    ...user.annotations,
    [Annotation.VirtualNamespace]: source.namespace ?? '',
    [Annotation.VirtualName]: source.name,
    [Annotation.SourceVersion]: sourceVersion(source),
    ...more,
  };
  const recorded = { ...annotations, [Annotation.ExpectedMetadata]: encodeExpected(user) };
  return {
    labels: { ...user.labels, ...ownershipLabels(ownership) },
    annotations: annotationBytes(recorded) <= MAX_ANNOTATION_BYTES ? recorded : annotations,
  };
}

/** Which object, and which version of it: equal means that a copy needs no look at the content. */
export function sourceVersion({ uid, resourceVersion }: Pick<SourceMeta, 'uid' | 'resourceVersion'>): string {
  return `${uid}/${resourceVersion}`;
}

/** Labels that every copy made for this virtual cluster carries, whichever of its bindings use it. */
export function copyLabels(virtualCluster: string): Record<string, string> {
  return { [Label.ManagedBy]: MANAGED_BY, [Label.VirtualCluster]: virtualCluster };
}

function carried(annotations: SourceMeta['annotations']): Record<string, string> {
  const entries = Object.entries(userEntries(annotations));
  return Object.fromEntries(entries.filter(([key]) => !NOT_CARRIED.some((start) => key.startsWith(start))));
}
