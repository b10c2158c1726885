/** Labels or annotations. */
export type StringMap = Readonly<Record<string, string>>;

/** The three sides of a merge: what we wanted last time, what we want now, and what is there. */
export interface ThreeWay<T> {
  readonly previous: T;
  readonly desired: T;
  readonly live: T;
}

/**
 * Labels or annotations as they should be: everything desired, plus what somebody else added (live, but neither desired
 * nor once ours). Edits of our keys are reverted, and keys that we no longer want vanish (spec leasing.md 7.8).
 */
export function mergeOwned({ previous, desired, live }: ThreeWay<StringMap>): Record<string, string> {
  const others = Object.entries(live).filter(([key]) => !Object.hasOwn(desired, key) && !Object.hasOwn(previous, key));
  return { ...desired, ...Object.fromEntries(others) };
}

/** The same rule for a list whose items are told apart by a key; desired items come first, in their order. */
export function mergeOwnedList<T>(
  { previous, desired, live }: ThreeWay<readonly T[]>,
  keyOf: (item: T) => string,
): T[] {
  const ours = new Set([...desired, ...previous].map(keyOf));
  return [...desired, ...live.filter((item) => !ours.has(keyOf(item)))];
}

/**
 * The JSON merge patch that turns one map into another: changed keys with their value, vanished keys with `null`.
 * `null` where they are equal.
 */
export function mapPatch(from: StringMap, to: StringMap): Record<string, string | null> | null {
  const changed = Object.entries(to).filter(([key, value]) => from[key] !== value);
  const vanished = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  const patch = Object.fromEntries<string | null>([...changed, ...vanished.map((key) => [key, null] as const)]);
  return Object.keys(patch).length === 0 ? null : patch;
}
