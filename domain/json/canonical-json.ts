/**
 * JSON text with sorted keys, in which an absent field and one that is null or undefined are the same.
 * Equal texts mean equal content; lists keep their order.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(canonical(value));
}

/** Whether two JSON values have the same {@link canonicalJson}, without writing it: most of what is compared is large, and equal. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((entry, index) => sameJson(entry, b[index]));
  if (isRecord(a) && isRecord(b)) return Object.keys({ ...a, ...b }).every((key) => sameJson(a[key], b[key]));
  return (a ?? null) === (b ?? null);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const present = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  const sorted = present.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, entry]) => [key, canonical(entry)]));
}
