import { Annotation } from '../../api/names/keys';
import { isDeleting, isOurs, isTerminal, namesVirtualPod, physicalName, serviceAccountOf, tokenRequests, virtualPodOf } from '../pods';
import type { EpochMillis, Ownership, PodMeta, PodObject } from '../pods';
import { finding, objectIn, pathOf } from './types';
import type { Finding } from './types';

/** Metadata of a token Secret. */
export interface TokenSecretMeta {
  readonly metadata: PodMeta;
}

/** Both sides of the tokens of one binding's pods. */
export interface TokenAuditFacts {
  readonly ownership: Ownership;
  readonly mountNamespace: string;
  readonly virtualPods: readonly PodObject[];
  readonly mountPods: readonly PodObject[];
  readonly tokenSecrets: readonly TokenSecretMeta[];
  readonly now: EpochMillis;
}

/** Token Secrets without a pod on either side, expired ones, and running pods without theirs. */
export function auditTokens(facts: TokenAuditFacts): Finding[] {
  const virtual = new Map(facts.virtualPods.map((pod) => [pod.metadata.uid, pod]));
  const physical = new Set(facts.mountPods.filter((pod) => isOurs(pod, facts.ownership)).map((pod) => virtualPodOf(pod)?.uid));
  const standing = facts.tokenSecrets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const isLeft = (secret: TokenSecretMeta) => {
    const uid = virtualPodOf(secret)?.uid;
    return uid === undefined || (!virtual.has(uid) && !physical.has(uid));
  };
  const { binding } = facts.ownership;
  const object = (secret: TokenSecretMeta) => objectIn('physical', 'Secret', secret);
  const orphans = standing.filter(isLeft).map((secret) => finding({ kind: 'Orphan', binding, object: object(secret), cause: 'the pod whose tokens it holds is gone on both sides' }));
  const expired = standing
    .filter((secret) => !isLeft(secret) && virtual.has(virtualPodOf(secret)?.uid ?? '') && hasExpired(secret, facts.now))
    .map((secret) => finding({ kind: 'Drift', binding, object: object(secret), cause: 'its tokens have expired', repair: 'tokens' }));
  return [...orphans, ...expired, ...missingTokens(facts, new Set(standing.map(({ metadata }) => metadata.name)))];
}

function hasExpired({ metadata }: TokenSecretMeta, now: EpochMillis): boolean {
  return Date.parse(metadata.annotations?.[Annotation.TokenExpiresAt] ?? '') < now;
}

function missingTokens(facts: TokenAuditFacts, present: ReadonlySet<string>): Finding[] {
  const { ownership, mountNamespace: namespace } = facts;
  const physical = new Map(facts.mountPods.map((pod) => [pod.metadata.name, pod]));
  return facts.virtualPods.flatMap((pod) => {
    const copy = physical.get(physicalName(pod.metadata.name, pod.metadata.namespace));
    if (copy === undefined || !isOurs(copy, ownership) || !namesVirtualPod(copy, pod)) return [];
    if ([pod, copy].some((one) => isTerminal(one) || isDeleting(one))) return [];
    const names = [...new Set(tokenRequests(pod).map(({ secretName }) => secretName))];
    const cause = `pod ${pathOf(pod.metadata)} (ServiceAccount ${serviceAccountOf(pod)}) waits for its tokens`;
    const object = { cluster: 'physical', kind: 'Secret', namespace } as const;
    return names
      .filter((name) => !present.has(name))
      .map((name) => finding({ kind: 'Missing', binding: ownership.binding, object: { ...object, name }, cause, repair: 'tokens' }));
  });
}
