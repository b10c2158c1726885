import type { Secret } from 'kubernetes-types/core/v1';
import { Annotation, Label } from '../../../api/names/keys';
import { ownershipLabels } from '../identity/ownership';
import { backAnnotations } from '../identity/physical-metadata';
import type { Ownership, PodObject } from '../types';
import { serviceAccountOf } from './token-requests';

/** What a token Secret is filled with. */
export interface TokenSecretContent {
  readonly secretName: string;
  readonly mountNamespace: string;
  /** Base64 by key ({@link TokenRequest.key}). */
  readonly data: Readonly<Record<string, string>>;
  /** RFC 3339 instant at which the first of the tokens expires. */
  readonly expiresAt: string;
  /** RFC 3339 instant at which the first of the tokens is due for renewal. */
  readonly renewAt: string;
}

/** The Secret in the physical cluster that holds the tokens of one volume of a virtual pod (spec pods.md 3.6). */
export function tokenSecret(
  vPod: Pick<PodObject, 'metadata' | 'spec'>,
  content: TokenSecretContent,
  ownership: Ownership,
): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: content.secretName,
      namespace: content.mountNamespace,
      labels: { ...ownershipLabels(ownership), [Label.ServiceAccountToken]: 'true' },
      annotations: {
        ...backAnnotations(vPod),
        [Annotation.ServiceAccount]: serviceAccountOf(vPod),
        [Annotation.TokenExpiresAt]: content.expiresAt,
        [Annotation.TokenRenewAt]: content.renewAt,
      },
    },
    data: { ...content.data },
  };
}
