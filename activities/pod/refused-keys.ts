import { broughtBy, guard } from '../../domain/pods';
import type { MetadataMaps, PodObject, VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';

/**
 * Which of the labels and annotations that a refused patch brings from the physical cluster are to blame: each is tried by itself,
 * without being written. All of them, where it is none alone; null: the patch brings none.
 * @throws KubeError `Conflict` when the pod has changed meanwhile, and others
 */
export async function refusedKeys(client: KubeClient, vPod: PodObject, patch: VirtualStatusPatch): Promise<MetadataMaps | null> {
  const brought = broughtBy(patch.metadata);
  if (namesOf(brought).length === 0) return null;
  const refused = async (field: keyof MetadataMaps) => {
    const entries = Object.entries(brought[field]);
    const verdicts = await Promise.all(entries.map(([key, value]) => isRefused(client, vPod, { [field]: { [key]: value } })));
    return Object.fromEntries(entries.filter((_, i) => verdicts[i]));
  };
  const [labels, annotations] = await Promise.all([refused('labels'), refused('annotations')]);
  const found = { labels, annotations };
  return namesOf(found).length > 0 ? found : brought;
}

/** For people: `label zone`. Keys only. */
export function namesOf({ labels, annotations }: { readonly [field in keyof MetadataMaps]: object }): string[] {
  return [...Object.keys(labels).map((key) => `label ${key}`), ...Object.keys(annotations).map((key) => `annotation ${key}`)];
}

async function isRefused(client: KubeClient, vPod: PodObject, metadata: object): Promise<boolean> {
  const body = { metadata: { ...guard(vPod), ...metadata } };
  try {
    await client.patch(Pods, vPod.metadata, { kind: 'merge', body }, { subresource: 'status', dryRun: true });
    return false;
  } catch (error) {
    if (isKubeError(error, 'InvalidSpec') || isKubeError(error, 'Unauthorized')) return true;
    throw error;
  }
}
