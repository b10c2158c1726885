/** Whether two JSON values are equal, whatever the order of their keys; `undefined` members count as absent. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b;
  }
  if (Array.isArray(a) !== Array.isArray(b)) {
    return false;
  }
  const [left, right] = [definedEntries(a), definedEntries(b)];
  const other = new Map(right);
  return (
    left.length === right.length && left.every(([key, value]) => other.has(key) && isSameJson(value, other.get(key)))
  );
}

function definedEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}
