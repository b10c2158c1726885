import type { Secret } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { physicalName } from '../naming/physical-name';
import { copyMetadata, type CopyContext, type SourceMeta } from './copy-metadata';
import { contentKeys } from './written-from';

/** A virtual Secret as far as its copy needs it. */
export interface SecretSource extends Pick<Secret, 'type' | 'data' | 'immutable'> {
  readonly metadata: SourceMeta & { readonly namespace: string };
}

/** Controllers delete a Secret of this type whose ServiceAccount they do not find, and over there is none. */
const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';

/** Copy of a virtual Secret for the mount namespace: content, type and the user's metadata (spec pods.md 3.1). */
export function toPhysicalSecret({ metadata, type, data, immutable }: SecretSource, context: CopyContext): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: !type || type === SERVICE_ACCOUNT_TOKEN ? 'Opaque' : type,
    metadata: {
      name: physicalName(metadata.name, metadata.namespace),
      namespace: context.mountNamespace,
      ...copyMetadata(metadata, context, { [Annotation.ContentKeys]: contentKeys('Secret', { data }) }),
    },
    ...(data && { data: { ...data } }),
    ...(immutable && { immutable }),
  };
}
