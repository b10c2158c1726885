/** Major, minor and patch of a release. */
export type Version = readonly [major: number, minor: number, patch: number];

/** The first version number in a text such as "Kubernetes v1.35.4" or "go1.26"; null when there is none. */
export function findVersion(text: string): Version | null {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return null;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

/** True when both differ at most in the patch: the promise that flags and API stay the same. */
export function isSameMinor(a: Version, b: Version): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** True when `version` is `least` or newer. */
export function isAtLeast(version: Version, least: Version): boolean {
  const difference = version.map((part, index) => part - (least[index] ?? 0)).find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}

/** "1.35.4" */
export function formatVersion(version: Version): string {
  return version.join('.');
}
