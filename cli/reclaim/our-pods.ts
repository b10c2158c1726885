import type { Pod } from 'kubernetes-types/core/v1';
import { Label, MANAGED_BY, SYSTEM_NAMESPACES } from '../../api/names/keys';
import { type KubeClient, Pods } from '../../kube';

/** Everything that Kubeocean runs on some nodes, or would run there once they have room, whatever virtual cluster it is for. */
export async function ourPodsOn(client: KubeClient, nodes: readonly string[]): Promise<Pod[]> {
  const { items } = await client.list<Pod>(Pods, { labelSelector: `${Label.ManagedBy}=${MANAGED_BY}` });
  const wanted = new Set(nodes);
  return items.filter((pod) => !SYSTEM_NAMESPACES.includes(pod.metadata?.namespace ?? '') && nodesOf(pod).some((node) => wanted.has(node)));
}

/** The node of a pod, or while it has none those that it may get. */
function nodesOf({ spec }: Pod): readonly string[] {
  if (spec?.nodeName) return [spec.nodeName];
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fields = terms.flatMap(({ matchFields }) => matchFields ?? []);
  return fields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In').flatMap(({ values }) => values ?? []);
}
