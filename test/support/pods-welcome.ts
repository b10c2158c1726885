import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { Rest } from '../../local/clusters/rest';
import { eventually } from './eventually';

/**
 * Waits until controllers have put into a namespace what pods there need: the ServiceAccount `default`, without which they are
 * refused, and the ConfigMap that every token is mounted with. A namespace alone is only the beginning of one.
 */
export async function untilPodsAreWelcome(api: Rest, namespace: string): Promise<void> {
  for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt']) await eventually(() => api.get(`/api/v1/namespaces/${namespace}/${path}`));
}

/** Creates a PriorityClass, and waits until the API server's admission knows it, which reads a cache. */
export async function createPriorityClass(api: Rest, priorityClass: Pick<PriorityClass, 'metadata' | 'value' | 'preemptionPolicy'>): Promise<void> {
  await api.create('/apis/scheduling.k8s.io/v1/priorityclasses', priorityClass);
  const spec = { priorityClassName: priorityClass.metadata?.name, containers: [{ name: 'c', image: 'c' }] };
  await eventually(() => api.create('/api/v1/namespaces/default/pods?dryRun=All', { metadata: { generateName: 'probe-' }, spec }));
}
