import { sameJson } from '../json/canonical-json';
import type { PodObject, VirtualStatusPatch } from '../pods';

/**
 * The fields of its status that a patch changes, such as `containerStatuses[].user`; empty: none. The same text for all pods that
 * lack the same.
 */
export function changedPaths({ status = {} }: Pick<PodObject, 'status'>, patch: VirtualStatusPatch): string {
  const now = status as Readonly<Record<string, unknown>>;
  const paths = Object.entries(patch.status ?? {}).flatMap(([field, value]) => differences(now[field], value, field));
  return [...new Set(paths)].sort().join(' ');
}

/** The labels and annotations that a patch changes, in words; empty: none. */
export function changedKeys({ metadata: { labels = {}, annotations = {} } }: Pick<VirtualStatusPatch, 'metadata'>): string {
  const names = [...Object.keys(labels).map((key) => `label ${key}`), ...Object.keys(annotations).map((key) => `annotation ${key}`)];
  return names.sort().join(', ');
}

/** The same text for all pods on whose metadata admission has the same word: of one namespace, and the same keys. */
export function refusalKey({ metadata }: Pick<PodObject, 'metadata'>, patch: VirtualStatusPatch): string {
  return `${metadata.namespace}: ${changedKeys(patch)}`;
}

function differences(now: unknown, then: unknown, path: string): string[] {
  if (sameJson(now, then)) return [];
  if (Array.isArray(now) && Array.isArray(then)) {
    const [a, b]: readonly (readonly unknown[])[] = [now, then];
    return Array.from({ length: Math.max(a?.length ?? 0, b?.length ?? 0) }, (_, i) => differences(a?.[i], b?.[i], `${path}[]`)).flat();
  }
  if (!isRecord(now) || !isRecord(then)) return [path];
  return Object.keys({ ...now, ...then }).flatMap((key) => differences(now[key], then[key], `${path}.${key}`));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
