import { Annotation, Label } from '../../../api/names/keys';
import { decodeExpected, mapPatch, mergeOwned, type StringMap } from '../../metadata';
import { sameJson } from '../../json/canonical-json';
import { holderMetadata, holdersOf } from './holders';
import { isForeign, reclaimed, type WrittenMeta } from './written-from';

/** A copy: as it should be, or as it is. */
export interface CopyObject {
  readonly metadata?: {
    readonly labels?: StringMap;
    readonly annotations?: StringMap;
    readonly deletionTimestamp?: string;
    readonly managedFields?: WrittenMeta['managedFields'];
  };
  readonly data?: StringMap;
  readonly binaryData?: StringMap;
  readonly [field: string]: unknown;
}

/**
 * How a copy that exists becomes what it should be:
 * - `none`: it is; - `notOurs`: the name belongs to somebody else, whose object is left alone; - `terminating`: wait;
 * - `recreate`: what differs cannot be changed in place; - `patch`: a merge patch.
 */
export type CopyWrite =
  | { readonly kind: 'none' | 'notOurs' | 'terminating' | 'recreate' }
  | { readonly kind: 'patch'; readonly body: object };

const IDENTITY = [Label.ManagedBy, Label.VirtualCluster] as const;
const MAPPING = [Annotation.VirtualNamespace, Annotation.VirtualName] as const;
/** What of a PersistentVolume follows its source; the storage itself never changes. */
const VOLUME_FIELDS = ['capacity', 'accessModes', 'mountOptions', 'persistentVolumeReclaimPolicy'] as const;

/**
 * See {@link CopyWrite}. Content follows the source exactly; of the metadata only what came from the source, so that labels and
 * annotations of the lender's own tools stay. The binding joins those that use the copy already.
 */
export function copyWrite(desired: CopyObject, live: CopyObject): CopyWrite {
  if (!isSameCopy(desired, live)) return { kind: 'notOurs' };
  if (live.metadata?.deletionTimestamp !== undefined) return { kind: 'terminating' };
  if (mustBeRecreated(desired, live)) return { kind: 'recreate' };
  const body = { ...metadataPatch(desired, live), ...contentPatch(desired, live), ...volumePatch(desired, live) };
  if (Object.keys(body).length > 0) return { kind: 'patch', body };
  return namePatch(desired, live);
}

/** Where somebody has put right himself what he had changed, his name stands there still, and the copy would be looked at for ever. */
function namePatch(desired: CopyObject, { metadata = {} }: CopyObject): CopyWrite {
  const kind = String(desired.kind);
  if (!isForeign(kind, metadata)) return { kind: 'none' };
  return { kind: 'patch', body: { metadata: { managedFields: reclaimed(kind, desired, metadata) } } };
}

function isSameCopy({ metadata: wanted }: CopyObject, { metadata: found }: CopyObject): boolean {
  return (
    IDENTITY.every((key) => found?.labels?.[key] === wanted?.labels?.[key]) &&
    MAPPING.every((key) => found?.annotations?.[key] === wanted?.annotations?.[key])
  );
}

/** A Secret's type never changes, immutable content neither, and a claim or volume made again is other storage. */
function mustBeRecreated(desired: CopyObject, live: CopyObject): boolean {
  if (desired.type !== live.type) return true;
  if (desired.spec !== undefined) return sourceUid(desired) !== sourceUid(live);
  if (live.immutable !== true) return false;
  return desired.immutable !== true || Object.keys(contentPatch(desired, live)).length > 0;
}

function sourceUid({ metadata }: CopyObject): string {
  return (metadata?.annotations?.[Annotation.SourceVersion] ?? '').split('/')[0] ?? '';
}

function metadataPatch(desired: CopyObject, live: CopyObject): { metadata?: object } {
  const [wanted, found] = [mapsOf(desired), mapsOf(live)];
  const before = decodeExpected(found.annotations[Annotation.ExpectedMetadata]);
  const holders = holderMetadata([...new Set([...holdersOf(live), ...holdersOf(desired)])]);
  const { [Annotation.SharedWith]: shared } = holders.annotations;
  const previous = { ...before.annotations, [Annotation.ExpectedMetadata]: '' };
  const shown = { ...wanted.annotations, ...(shared !== null && { [Annotation.SharedWith]: shared }) };
  const labels = patchOf(before.labels, { ...wanted.labels, ...holders.labels }, found.labels);
  const annotations = patchOf(previous, shown, found.annotations);
  const patch = { ...(labels && { labels }), ...(annotations && { annotations }) };
  return Object.keys(patch).length === 0 ? {} : { metadata: patch };
}

function mapsOf({ metadata }: CopyObject): { readonly labels: StringMap; readonly annotations: StringMap } {
  return { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} };
}

function patchOf(previous: StringMap, desired: StringMap, live: StringMap): object | null {
  return mapPatch(live, mergeOwned({ previous, desired, live }));
}

/** Of a ConfigMap or Secret: what is not in the source any more goes. */
function contentPatch(desired: CopyObject, live: CopyObject): Record<string, unknown> {
  const maps = ['data', 'binaryData'].flatMap((field) => {
    const patch = mapPatch((live[field] ?? {}) as StringMap, (desired[field] ?? {}) as StringMap);
    return patch === null ? [] : [[field, patch] as const];
  });
  const freezes = desired.immutable === true && live.immutable !== true;
  return { ...Object.fromEntries(maps), ...(freezes && { immutable: true }) };
}

interface Volume {
  readonly spec?: { readonly claimRef?: { readonly uid?: string } } & Readonly<Record<string, unknown>>;
  readonly status?: { readonly phase?: string };
}

function volumePatch(desired: CopyObject, live: CopyObject): { spec?: object } {
  if (desired.kind !== 'PersistentVolume') return {};
  const [wanted, found, { phase }] = [(desired as Volume).spec ?? {}, (live as Volume).spec ?? {}, (live as Volume).status ?? {}];
  const changed = VOLUME_FIELDS.filter((field) => !sameJson(wanted[field] ?? null, found[field] ?? null));
  // The claim it was bound to is gone; the next one of that name may take it.
  const freed = phase === 'Released' ? { claimRef: { uid: null, resourceVersion: null } } : {};
  const spec = { ...Object.fromEntries(changed.map((field) => [field, wanted[field] ?? null])), ...freed };
  return Object.keys(spec).length === 0 ? {} : { spec };
}
