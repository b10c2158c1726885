import type { Rest } from '../../local/clusters/rest';
import { eventually } from './eventually';

/**
 * Waits until controllers have put into a namespace what pods there need: the ServiceAccount `default`, without which they are
 * refused, and the ConfigMap that every token is mounted with. A namespace alone is only the beginning of one.
 */
export async function untilPodsAreWelcome(api: Rest, namespace: string): Promise<void> {
  for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) await eventually(() => api.get(`/api/v1/namespaces/${namespace}/${path}`));
}
