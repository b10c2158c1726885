import { md5Hex } from '../../hash/md5';

/** Characters of the virtual name that stay readable in the physical one; names of these kinds are ASCII. */
const READABLE = 30;

/**
 * Name in the physical cluster of a virtual object: `first30(name)-md5(namespace/name)`, at most 63 characters.
 * A dot at the cut becomes a dash: `.-` is no part of a valid name.
 * Depends on namespace and name only, so that the name is the lock: one virtual name can have one copy.
 * @param namespace virtual namespace; the empty string for cluster-scoped objects (spec pods.md 0.2).
 */
export function physicalName(name: string, namespace: string): string {
  return `${name.slice(0, READABLE).replace(/\.$/, '-')}-${md5Hex(`${namespace}/${name}`)}`;
}
