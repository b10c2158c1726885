import type { ConfigMap } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { physicalName } from '../naming/physical-name';
import { copyMetadata, type CopyContext, type SourceMeta } from './copy-metadata';
import { contentKeys } from './written-from';

/** A virtual ConfigMap as far as its copy needs it. */
export interface ConfigMapSource extends Pick<ConfigMap, 'data' | 'binaryData' | 'immutable'> {
  readonly metadata: SourceMeta & { readonly namespace: string };
}

/** Copy of a virtual ConfigMap for the mount namespace: content and the user's metadata (spec pods.md 3.1). */
export function toPhysicalConfigMap({ metadata, data, binaryData, immutable }: ConfigMapSource, context: CopyContext): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: physicalName(metadata.name, metadata.namespace),
      namespace: context.mountNamespace,
      ...copyMetadata(metadata, context, { [Annotation.ContentKeys]: contentKeys('ConfigMap', { data, binaryData }) }),
    },
    ...(data && { data: { ...data } }),
    ...(binaryData && { binaryData: { ...binaryData } }),
    ...(immutable && { immutable }),
  };
}
