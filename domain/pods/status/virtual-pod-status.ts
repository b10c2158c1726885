import type { PodStatus } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { sameJson } from '../../json/canonical-json';
import { isCopyOf } from '../identity/ownership';
import { specHash } from '../identity/spec-hash';
import { isTerminal } from '../predicates';
import type { PodObject } from '../types';
import { virtualConditions } from './conditions';
import { NOTHING_REFUSED, virtualMetadata, type MetadataMaps, type MetadataPatch } from './virtual-metadata';

/** A JSON value as a merge patch carries it; null removes the field. */
export type StatusFields = Readonly<Record<string, unknown>>;

/**
 * One JSON merge patch of `pods/status` (RFC 7386): lists replace wholly, null removes.
 * Its metadata guards it: the API server refuses it with 409 when the pod has changed since, and never applies it to another pod.
 */
export interface VirtualStatusPatch {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion?: string;
  } & MetadataPatch;
  readonly status?: StatusFields;
}

/**
 * Status fields that are not the copy's word: a node of the virtual cluster, and those that need translation. Every other field
 * of the physical status is mirrored, also newer ones.
 */
const OWN_FIELDS: readonly string[] = ['nominatedNodeName', 'observedGeneration', 'conditions'];
/** What the virtual cluster found at admission, or its controllers did, stands until the physical cluster says something. */
const DEFAULTED_FIELDS: readonly string[] = ['qosClass', 'resourceClaimStatuses', 'extendedResourceClaimStatus'];

/**
 * What must be written to a virtual pod so that it tells the truth about its copy (spec pods.md 2.3): the status that differs
 * and the metadata, together.
 * @param refused labels and annotations that the virtual cluster has just refused. Default none.
 * @returns null when nothing differs, when there is no copy of exactly this pod, or when a terminal phase would be left.
 */
export function virtualPodStatus(vPod: PodObject, pPod: PodObject | null, refused: MetadataMaps = NOTHING_REFUSED): VirtualStatusPatch | null {
  if (!pPod || !isCopyOf(pPod, vPod)) return null;
  if (isTerminal(vPod) && pPod.status?.phase !== vPod.status?.phase) return null;
  const status = changedFields(vPod.status ?? {}, desiredStatus(vPod, pPod));
  const metadata = virtualMetadata(vPod, pPod, refused);
  if (!status && !metadata) return null;
  return { metadata: { ...guard(vPod), ...metadata }, ...(status && { status }) };
}

/** The metadata that lets a patch reach exactly the pod it was computed from. */
export function guard({ metadata }: PodObject): Pick<VirtualStatusPatch['metadata'], 'uid' | 'resourceVersion'> {
  const { uid, resourceVersion } = metadata;
  return { uid, ...(resourceVersion && { resourceVersion }) };
}

function desiredStatus(vPod: PodObject, pPod: PodObject): StatusFields {
  if (!pPod.status) return vPod.status ?? {};
  const generation = reflectedGeneration(vPod, pPod);
  return {
    ...only(vPod.status ?? {}, (field) => OWN_FIELDS.includes(field) || DEFAULTED_FIELDS.includes(field)),
    ...only(pPod.status, (field) => !OWN_FIELDS.includes(field)),
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: virtualConditions(vPod, pPod, generation),
  };
}

/**
 * The virtual generation that the kubelet has seen: this one, once the copy was written from it and observed there;
 * until then what was known before.
 */
function reflectedGeneration(vPod: PodObject, pPod: PodObject): number | undefined {
  const observed = (pPod.status as { observedGeneration?: number } | undefined)?.observedGeneration;
  const before = (vPod.status as { observedGeneration?: number } | undefined)?.observedGeneration;
  if (observed === undefined || observed < (pPod.metadata.generation ?? 0)) return before;
  const written = pPod.metadata.annotations?.[Annotation.SpecHash] === specHash(vPod);
  return written ? vPod.metadata.generation : before;
}

function changedFields(now: PodStatus | StatusFields, desired: StatusFields): StatusFields | null {
  const before = now as StatusFields;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(desired)])].sort();
  const changed = fields.filter((field) => !sameJson(present(before[field]), present(desired[field])));
  if (changed.length === 0) return null;
  return Object.fromEntries(changed.map((field) => [field, present(desired[field])]));
}

/** API servers leave empty lists and empty strings out. */
function present(value: unknown): unknown {
  const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  return empty ? null : value;
}

function only(status: PodStatus | StatusFields, keep: (field: string) => boolean): StatusFields {
  return Object.fromEntries(Object.entries(status).filter(([field, value]) => value !== undefined && keep(field)));
}
