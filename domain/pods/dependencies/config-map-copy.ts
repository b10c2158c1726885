import type { ConfigMap } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { ownershipLabels } from '../identity/ownership';
import { userEntries } from '../identity/reserved';
import { physicalName } from '../naming/physical-name';
import type { Ownership } from '../types';

/** A virtual ConfigMap as far as its copy needs it. */
export interface ConfigMapSource {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** Where a copy belongs. */
export interface CopyContext extends Ownership {
  readonly mountNamespace: string;
}

/** Copy of a virtual ConfigMap for the mount namespace: data and the user's metadata, never `immutable` (spec pods.md 3.1). */
export function toPhysicalConfigMap(source: ConfigMapSource, context: CopyContext): ConfigMap {
  const { name, namespace, labels, annotations } = source.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: physicalName(name, namespace),
      namespace: context.mountNamespace,
      labels: { ...userEntries(labels), ...ownershipLabels(context) },
      annotations: {
        ...userEntries(annotations),
        [Annotation.VirtualNamespace]: namespace,
        [Annotation.VirtualName]: name,
      },
    },
    ...(source.data && { data: { ...source.data } }),
    ...(source.binaryData && { binaryData: { ...source.binaryData } }),
  };
}
