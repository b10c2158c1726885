import type { Patch, PatchOptions } from './client';

const CONTENT_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML; there is no JSON name for it that every supported version knows.
  apply: 'application/apply-patch+yaml',
} as const;

/** Media type by which an API server tells patches apart. */
export function patchContentType(patch: Patch): string {
  return CONTENT_TYPES[patch.kind];
}

/** The patch with `uid` and `resourceVersion` inside: the API server answers 409 when the object has others. */
export function guardedPatch(patch: Patch, options: Pick<PatchOptions, 'uid' | 'resourceVersion'>): object {
  const guards = Object.entries({ uid: options.uid, resourceVersion: options.resourceVersion }).filter(
    ([, value]) => value !== undefined,
  );
  if (guards.length === 0) return patch.body;
  if (patch.kind === 'json') {
    // `replace`, not `test`: a failed test answers 422, which means a wrong object.
    return [...guards.map(([field, value]) => ({ op: 'replace', path: `/metadata/${field}`, value })), ...patch.body];
  }
  const { metadata } = patch.body as { metadata?: object };
  return { ...patch.body, metadata: { ...metadata, ...Object.fromEntries(guards) } };
}
