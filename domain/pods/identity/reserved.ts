import { KEY_PREFIX } from '../../../api/names/keys';

/** The entries that belong to the user: without the keys under `kubeocean.io/`, which neither side may forge. */
export function userEntries(entries: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => !key.startsWith(KEY_PREFIX)));
}
