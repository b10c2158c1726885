import { KEY_PREFIX } from '../../../api/names/keys';

/** By keys like these a kubelet knows pods of its own files (mirror pods); a copy that had one would be refused, or stopped as stale. */
const KUBELET_PREFIX = 'kubernetes.io/config.';

/** The entries that belong to the user: without the keys under `kubeocean.io/`, which neither side may forge. */
export function userEntries(entries: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => !isReserved(key)));
}

/** Whether a key is carried over in neither direction. */
export function isReserved(key: string): boolean {
  return key.startsWith(KEY_PREFIX) || key.startsWith(KUBELET_PREFIX);
}
