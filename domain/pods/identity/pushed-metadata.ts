import { utf8Bytes } from '../../hash';
import type { ExpectedMetadata } from '../../metadata';
import type { PodObject } from '../types';
import { userEntries } from './reserved';

/** Bytes of all annotations together that an API server accepts. */
export const MAX_ANNOTATION_BYTES = 256 * 1024;

/** What of a virtual pod's metadata belongs on its copy: the user's labels and annotations. */
export function pushedMetadata(vPod: Pick<PodObject, 'metadata'>): ExpectedMetadata {
  const { labels, annotations } = vPod.metadata;
  return { labels: userEntries(labels), annotations: userEntries(annotations), taints: [] };
}

/** Bytes that annotations take by the API server's count: all keys and values. */
export function annotationBytes(annotations: Readonly<Record<string, string>>): number {
  return Object.entries(annotations).reduce((sum, [key, value]) => sum + utf8Bytes(key + value).length, 0);
}
