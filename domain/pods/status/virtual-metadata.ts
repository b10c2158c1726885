import { Annotation } from '../../../api/names/keys';
import { decodeExpected, encodeExpected, type StringMap } from '../../metadata';
import { forwardAnnotations } from '../identity/forward-annotations';
import { mirroredMetadata } from '../identity/mirrored-metadata';
import { annotationBytes, MAX_ANNOTATION_BYTES, pushedMetadata } from '../identity/pushed-metadata';
import { userEntries } from '../identity/reserved';
import type { PodObject } from '../types';

/** Changes of labels and annotations as a merge patch carries them; null removes a key. */
export interface MetadataPatch {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

interface Maps {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** What each cluster's own tools write about an object there. */
const LOCAL = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What of a copy's metadata belongs on its virtual pod: the way to the copy, and the keys that the physical cluster added. Each key
 * has one owner, the side that it comes from, so a key of the user's is never touched; a key that is gone over there goes here too.
 * @returns null when nothing differs
 */
export function virtualMetadata(vPod: PodObject, pPod: PodObject): MetadataPatch | null {
  const added = fitting(vPod, pPod);
  const previous = mirroredMetadata(vPod);
  const { labels = {}, annotations = {} } = vPod.metadata;
  const patch = {
    labels: changes({ live: labels, desired: added.labels, previous: previous.labels }),
    annotations: {
      ...changes({ live: annotations, desired: added.annotations, previous: previous.annotations }),
      ...changes({ live: annotations, desired: added.ours, previous: {} }),
      ...(annotations[Annotation.ExpectedMetadata] !== undefined && !(Annotation.ExpectedMetadata in added.ours) && { [Annotation.ExpectedMetadata]: null }),
    },
  };
  const filled = Object.entries(patch).filter(([, map]) => Object.keys(map).length > 0);
  return filled.length === 0 ? null : Object.fromEntries(filled);
}

/** What is gone over there goes only where it still has the value that was brought: another one is the user's. */
function changes({ live, desired, previous }: { live: StringMap; desired: StringMap; previous: StringMap }): Record<string, string | null> {
  const set = Object.entries(desired).filter(([key, value]) => live[key] !== value);
  const gone = Object.keys(previous).filter((key) => !Object.hasOwn(desired, key) && live[key] !== undefined && live[key] === previous[key]);
  return { ...Object.fromEntries(gone.map((key) => [key, null])), ...Object.fromEntries(set) };
}

/** As much as an API server accepts: everything, or without what the physical cluster added, or nothing. */
function fitting(vPod: PodObject, pPod: PodObject): Maps & { readonly ours: Record<string, string> } {
  const forward = forwardAnnotations(pPod);
  const users = pushedMetadata(vPod).annotations;
  const fits = (...maps: StringMap[]) => annotationBytes(Object.assign({}, users, ...maps) as StringMap) <= MAX_ANNOTATION_BYTES;
  const added = physicalAdditions(vPod, pPod);
  const record = recordOf(added);
  if (fits(added.annotations, forward, record)) return { ...added, ours: { ...forward, ...record } };
  return { labels: {}, annotations: {}, ours: fits(forward) ? forward : {} };
}

function recordOf(added: Maps): Record<string, string> {
  const nothing = Object.keys(added.labels).length === 0 && Object.keys(added.annotations).length === 0;
  return nothing ? {} : { [Annotation.ExpectedMetadata]: encodeExpected({ ...added, taints: [] }) };
}

/**
 * Keys of the copy that nobody here brought there. What the user has just taken off is still on the copy and in its record, so it
 * does not come back; a copy without a record says nothing about who owns a key.
 */
function physicalAdditions(vPod: PodObject, pPod: PodObject): Maps {
  const record = pPod.metadata.annotations?.[Annotation.ExpectedMetadata];
  if (record === undefined) return { labels: {}, annotations: {} };
  const written = decodeExpected(record);
  const users = pushedMetadata(vPod);
  return {
    labels: others(pPod.metadata.labels, users.labels, written.labels),
    annotations: others(pPod.metadata.annotations, users.annotations, written.annotations),
  };
}

function others(physical: StringMap | undefined, users: StringMap, written: StringMap): Record<string, string> {
  const entries = Object.entries(userEntries(physical));
  return Object.fromEntries(entries.filter(([key]) => key !== LOCAL && !Object.hasOwn(users, key) && !Object.hasOwn(written, key)));
}
