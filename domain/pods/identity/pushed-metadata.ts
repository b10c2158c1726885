import { utf8Bytes } from '../../hash';
import type { ExpectedMetadata, StringMap } from '../../metadata';
import type { PodObject } from '../types';
import { mirroredMetadata } from './mirrored-metadata';
import { userEntries } from './reserved';

/** Bytes of all annotations together that an API server accepts. */
export const MAX_ANNOTATION_BYTES = 256 * 1024;

/**
 * What of a virtual pod's metadata belongs on its copy: the user's labels and annotations. What the mirror brought from over there
 * is the physical cluster's; a key that the user has given another value since is his.
 */
export function pushedMetadata(vPod: Pick<PodObject, 'metadata'>): ExpectedMetadata {
  const known = pushed.get(vPod.metadata);
  if (known !== undefined) return known;
  const { labels, annotations } = vPod.metadata;
  const mirrored = mirroredMetadata(vPod);
  const computed = {
    labels: without(userEntries(labels), mirrored.labels),
    annotations: without(userEntries(annotations), mirrored.annotations),
    taints: [],
  };
  pushed.set(vPod.metadata, computed);
  return computed;
}

/** Stored objects never change, and each is compared several times. */
const pushed = new WeakMap<object, ExpectedMetadata>();

function without(entries: StringMap, mirrored: StringMap): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter(([key, value]) => mirrored[key] !== value));
}

/** Bytes that annotations take by the API server's count: all keys and values. */
export function annotationBytes(annotations: Readonly<Record<string, string>>): number {
  return Object.entries(annotations).reduce((sum, [key, value]) => sum + utf8Bytes(key + value).length, 0);
}
