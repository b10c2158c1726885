import type { TokenRequest as TokenReview } from 'kubernetes-types/authentication/v1';
import type { Secret } from 'kubernetes-types/core/v1';
import { ownershipLabels } from '../../domain/pods/identity/ownership';
import { tokenTimes } from '../../domain/pods/tokens/token-renewal';
import { serviceAccountOf } from '../../domain/pods/tokens/token-requests';
import type { TokenRequest } from '../../domain/pods/tokens/token-requests';
import { tokenSecret } from '../../domain/pods/tokens/token-secret';
import type { PodObject } from '../../domain/pods/types';
import { ensureOwned, isKubeError, Secrets, ServiceAccounts } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import type { Subject } from './subject';

/**
 * Creates the token Secrets of a pod that has none yet; an existing one is kept as it is.
 * @throws KubeError `NotFound` when its ServiceAccount is gone
 */
export async function ensureTokens(
  fleet: Fleet,
  subject: Subject,
  vPod: PodObject,
  tokens: readonly TokenRequest[],
): Promise<void> {
  await Promise.all(
    bySecret(tokens).map(async (requests) => {
      const secret = await issue(fleet, subject, vPod, requests);
      try {
        await subject.physical.client.create<Secret>(Secrets, secret, { metadataOnly: true });
      } catch (error) {
        if (!isKubeError(error, 'AlreadyExists')) throw error;
      }
    }),
  );
}

/** Requests fresh tokens and writes them over the old ones. */
export async function renewTokens(
  fleet: Fleet,
  subject: Subject,
  vPod: PodObject,
  tokens: readonly TokenRequest[],
): Promise<void> {
  for (const requests of bySecret(tokens)) {
    const secret = await issue(fleet, subject, vPod, requests);
    await ensureOwned(subject.physical.client, Secrets, secret, ownershipLabels(subject.ownership));
  }
}

async function issue(fleet: Fleet, subject: Subject, vPod: PodObject, requests: readonly TokenRequest[]): Promise<Secret> {
  const issued = await Promise.all(requests.map((request) => requestToken(fleet, vPod, request)));
  const data = Object.fromEntries(
    issued.map(({ key, token }) => [key, Buffer.from(token, 'utf8').toString('base64')]),
  );
  const secretName = requests[0]?.secretName ?? '';
  const content = { secretName, mountNamespace: subject.mountNamespace, data, ...tokenTimes(issued, Date.now()) };
  return tokenSecret(vPod, content, subject.ownership);
}

/** Bound to the vPod: the token dies with it. */
async function requestToken(fleet: Fleet, vPod: PodObject, { key, audience, expirationSeconds }: TokenRequest) {
  const { namespace, name, uid } = vPod.metadata;
  const review = await fleet.virtual.client.createSubresource<TokenReview>(
    ServiceAccounts,
    { namespace, name: serviceAccountOf(vPod) },
    {
      name: 'token',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: audience === undefined ? [] : [audience],
          expirationSeconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    },
  );
  return { key, token: review.status?.token ?? '', expiresAt: review.status?.expirationTimestamp ?? '' };
}

function bySecret(tokens: readonly TokenRequest[]): (readonly TokenRequest[])[] {
  const names = [...new Set(tokens.map(({ secretName }) => secretName))];
  return names.map((name) => tokens.filter(({ secretName }) => secretName === name));
}
