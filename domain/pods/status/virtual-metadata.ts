import { Annotation } from '../../../api/names/keys';
import { decodeExpected, encodeExpected, type StringMap } from '../../metadata';
import { forwardAnnotations } from '../identity/forward-annotations';
import { mirroredMetadata, refusedMetadata } from '../identity/mirrored-metadata';
import { annotationBytes, MAX_ANNOTATION_BYTES, pushedMetadata } from '../identity/pushed-metadata';
import { userEntries } from '../identity/reserved';
import type { PodObject } from '../types';

/** Changes of labels and annotations as a merge patch carries them; null removes a key. */
export interface MetadataPatch {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** Labels and annotations. */
export interface MetadataMaps {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** See {@link virtualMetadata}. */
export const NOTHING_REFUSED: MetadataMaps = { labels: {}, annotations: {} };

const RECORDS: readonly string[] = [Annotation.ExpectedMetadata, Annotation.RefusedMetadata];
/** What each cluster's own tools write about an object there. */
const LOCAL = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * What of a copy's metadata belongs on its virtual pod: the way to the copy, and the keys that the physical cluster added. Each key
 * has one owner, the side that it comes from, so a key of the user's is never touched; a key that is gone over there goes here too.
 * What the virtual cluster has refused is recorded, so that it is not asked again before the value changes.
 * @param refused what it has just refused
 * @returns null when nothing differs
 */
export function virtualMetadata(vPod: PodObject, pPod: PodObject, refused: MetadataMaps): MetadataPatch | null {
  const added = fitting(vPod, pPod, refused);
  const previous = mirroredMetadata(vPod);
  const { labels = {}, annotations = {} } = vPod.metadata;
  const patch = {
    labels: changes({ live: labels, desired: added.labels, previous: previous.labels }),
    annotations: {
      ...changes({ live: annotations, desired: added.annotations, previous: previous.annotations }),
      ...changes({ live: annotations, desired: added.ours, previous: {} }),
      ...Object.fromEntries(RECORDS.filter((key) => annotations[key] !== undefined && !(key in added.ours)).map((key) => [key, null])),
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

/** What of a patch are keys that the physical cluster added, with their values; what it takes away is not spoken of. */
export function broughtBy({ labels, annotations }: MetadataPatch): MetadataMaps {
  return { labels: userEntries(present(labels)), annotations: userEntries(present(annotations)) };
}

function present(map: MetadataPatch['labels'] = {}): StringMap {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => entry[1] !== null));
}

/** As much as an API server accepts: everything, or without what the physical cluster added, or nothing. */
function fitting(vPod: PodObject, pPod: PodObject, refused: MetadataMaps): MetadataMaps & { readonly ours: Record<string, string> } {
  const forward = forwardAnnotations(pPod);
  const users = pushedMetadata(vPod).annotations;
  const fits = (...maps: StringMap[]) => annotationBytes(Object.assign({}, users, ...maps) as StringMap) <= MAX_ANNOTATION_BYTES;
  const added = physicalAdditions(vPod, pPod);
  const isRefused = (field: keyof MetadataMaps, key: string, value: string) => [refusedMetadata(vPod), refused].some((one) => one[field][key] === value);
  const accepted = filtered(added, (...entry) => !isRefused(...entry));
  const declined = filtered(added, isRefused);
  const records = { ...recordOf(Annotation.ExpectedMetadata, accepted), ...recordOf(Annotation.RefusedMetadata, declined) };
  if (fits(accepted.annotations, forward, records)) return { ...accepted, ours: { ...forward, ...records } };
  return { ...NOTHING_REFUSED, ours: fits(forward) ? forward : {} };
}

function filtered(maps: MetadataMaps, keep: (field: keyof MetadataMaps, key: string, value: string) => boolean): MetadataMaps {
  const part = (field: keyof MetadataMaps) => Object.fromEntries(Object.entries(maps[field]).filter(([key, value]) => keep(field, key, value)));
  return { labels: part('labels'), annotations: part('annotations') };
}

function recordOf(key: string, added: MetadataMaps): Record<string, string> {
  const nothing = Object.keys(added.labels).length === 0 && Object.keys(added.annotations).length === 0;
  return nothing ? {} : { [key]: encodeExpected({ ...added, taints: [] }) };
}

/**
 * Keys of the copy that nobody here brought there. What the user has just taken off is still on the copy and in its record, so it
 * does not come back; a copy without a record says nothing about who owns a key.
 */
function physicalAdditions(vPod: PodObject, pPod: PodObject): MetadataMaps {
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
