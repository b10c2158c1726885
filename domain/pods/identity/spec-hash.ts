import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1';
import { md5Hex } from '../../hash/md5';
import { canonicalJson } from '../../json/canonical-json';
import type { PodObject } from '../types';
import { pushedMetadata } from './pushed-metadata';

/**
 * Fingerprint of everything that may change on a bound pod and that its copy follows: the user's labels and annotations,
 * active deadline, images and resources of containers, tolerations, ephemeral containers. Key order and status do not matter.
 * The physical pod carries the one it was last written from, so a difference means work.
 */
export function specHash(vPod: Pick<PodObject, 'metadata' | 'spec'>): string {
  const known = hashes.get(vPod);
  if (known !== undefined) return known;
  const hash = computeHash(vPod);
  hashes.set(vPod, hash);
  return hash;
}

/** Stored objects never change, and each is compared several times. */
const hashes = new WeakMap<object, string>();

function computeHash({ metadata, spec }: Pick<PodObject, 'metadata' | 'spec'>): string {
  const { labels, annotations } = pushedMetadata({ metadata });
  return md5Hex(
    canonicalJson({
      labels,
      annotations,
      activeDeadlineSeconds: spec.activeDeadlineSeconds,
      containers: spec.containers.map(changeable),
      initContainers: (spec.initContainers ?? []).map(changeable),
      tolerations: spec.tolerations ?? [],
      ephemeralContainers: spec.ephemeralContainers ?? [],
      resources: (spec as { resources?: unknown }).resources,
    }),
  );
}

function changeable({ name, image, resources }: Container | EphemeralContainer): object {
  return { name, image, resources };
}
