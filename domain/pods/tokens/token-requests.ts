import type { Volume } from 'kubernetes-types/core/v1';
import { tokenSecretName } from '../naming/token-secret-name';
import type { PodObject } from '../types';

/** One ServiceAccount token that a virtual pod asks for, and where its copy finds it. */
export interface TokenRequest {
  /** Secret in the mount namespace; one for each volume. */
  readonly secretName: string;
  /** Volume of the pod. */
  readonly volume: string;
  /** Absent: the virtual API server's own. */
  readonly audience?: string;
  /** Seconds; absent: the API server's default. */
  readonly expirationSeconds?: number;
  /** Key inside the Secret, one for each source of the volume. */
  readonly key: string;
  /** File inside the volume. */
  readonly path: string;
}

/** Every token source of every projected volume, in the pod's order (spec pods.md 3.6). */
export function tokenRequests(vPod: Pick<PodObject, 'metadata' | 'spec'>): TokenRequest[] {
  return (vPod.spec.volumes ?? []).flatMap((volume) => volumeTokens(volume, vPod));
}

/** The tokens of one volume; none unless it is projected and has such sources. */
export function volumeTokens(volume: Volume, vPod: Pick<PodObject, 'metadata'>): TokenRequest[] {
  const tokens = (volume.projected?.sources ?? []).flatMap((source) => source.serviceAccountToken ?? []);
  return tokens.map(({ audience, expirationSeconds, path }, index) => ({
    secretName: tokenSecretName(vPod, volume.name),
    volume: volume.name,
    ...(audience && { audience }),
    ...(expirationSeconds !== undefined && { expirationSeconds }),
    key: index === 0 ? 'token' : `token-${index}`,
    path,
  }));
}

/** ServiceAccount for which the pod's tokens are issued. */
export function serviceAccountOf(vPod: Pick<PodObject, 'spec'>): string {
  return vPod.spec.serviceAccountName || vPod.spec.serviceAccount || 'default';
}
