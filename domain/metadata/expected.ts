import type { Taint } from 'kubernetes-types/core/v1';
import { decodeBase64, encodeBase64 } from '../hash';
import type { StringMap } from './merge-owned';

/** What we wanted of an object the last time we wrote it. */
export interface ExpectedMetadata {
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Only on vnodes. */
  readonly taints: readonly Taint[];
}

/** Of an object that we have written nothing to. */
export const NOTHING_EXPECTED: ExpectedMetadata = { labels: {}, annotations: {}, taints: [] };

/**
 * The value of annotation `kubeocean.io/expected-metadata`: base64 of JSON, empty members left out (spec leasing.md 7.8).
 * Equal content gives equal text: keys are sorted, and a taint's `timeAdded` is not kept.
 */
export function encodeExpected({ labels, annotations, taints }: ExpectedMetadata): string {
  const members: readonly (readonly [string, object])[] = [
    ['labels', sorted(labels)],
    ['annotations', sorted(annotations)],
    ['taints', taints.map(({ key, value, effect }) => ({ key, value, effect }))],
  ];
  return encodeBase64(
    JSON.stringify(Object.fromEntries(members.filter(([, content]) => Object.keys(content).length > 0))),
  );
}

/**
 * Reads that annotation. One that is absent, or that somebody broke, says nothing: what is on the object then counts as
 * added by others and survives.
 */
export function decodeExpected(annotation: string | undefined): ExpectedMetadata {
  if (annotation === undefined) return NOTHING_EXPECTED;
  const content = toRecord(parseJson(decodeBase64(annotation) ?? ''));
  return {
    labels: toStringMap(content.labels),
    annotations: toStringMap(content.annotations),
    taints: Array.isArray(content.taints) ? content.taints.filter(isTaint) : [],
  };
}

function sorted(map: StringMap): StringMap {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function toStringMap(value: unknown): StringMap {
  const entries = Object.entries(toRecord(value));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function isTaint(value: unknown): value is Taint {
  const { key, effect } = toRecord(value);
  return typeof key === 'string' && typeof effect === 'string';
}
