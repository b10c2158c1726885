/**
 * JSON text with sorted keys, in which an absent field and one that is null or undefined are the same.
 * Equal texts mean equal content; lists keep their order.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value));
}

/** Whether two JSON values say the same, whatever the order of their keys; null is absence. */
export function sameJson(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const present = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  const sorted = present.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, entry]) => [key, canonical(entry)]));
}
