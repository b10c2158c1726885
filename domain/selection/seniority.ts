interface Named {
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string };
}

/**
 * Orders objects by age: the oldest `creationTimestamp` first, then the lexicographically smaller name.
 * An object without a timestamp counts as the youngest.
 */
export function bySeniority(a: Named, b: Named): number {
  return createdAt(a) - createdAt(b) || compareNames(a.metadata.name, b.metadata.name);
}

/** Largest instant that stays a number under subtraction. */
const NOT_YET = Number.MAX_SAFE_INTEGER;

function createdAt({ metadata }: Named): number {
  const instant = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(instant) ? NOT_YET : instant;
}

function compareNames(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
