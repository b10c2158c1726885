import { changedPaths } from '../../domain/audit';
import { physicalName, virtualPodStatus } from '../../domain/pods';
import type { PodObject, VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';

/** Different sets of fields that are tried at most: in a world that is well there are none, in an older one a few. */
const MOST_TRIED = 10;

interface Lacking {
  readonly vPod: PodObject;
  readonly copy: PodObject;
  readonly patch: VirtualStatusPatch;
}

/**
 * Sets of status fields, by {@link changedPaths}, that the virtual API server does not take or keep from its copies: it may be older, or
 * have found something else at admission. Each set is tried with one pod, without being written; who may not try cannot tell.
 */
export async function readUnkept(virtual: KubeClient, pods: readonly PodObject[], mountPods: readonly PodObject[]): Promise<ReadonlySet<string>> {
  const copies = new Map(mountPods.map((copy) => [copy.metadata.name, copy]));
  const lacking = new Map<string, Lacking>();
  for (const vPod of pods) {
    const copy = copies.get(physicalName(vPod.metadata.name, vPod.metadata.namespace));
    const patch = copy === undefined ? null : virtualPodStatus(vPod, copy);
    if (copy !== undefined && patch?.status !== undefined) lacking.set(changedPaths(vPod, patch), { vPod, copy, patch });
  }
  const tried = [...lacking].slice(0, MOST_TRIED);
  const verdicts = await Promise.all(tried.map(([paths, one]) => isUnkept(virtual, paths, one)));
  return new Set(tried.flatMap(([paths], i) => (verdicts[i] ? [paths] : [])));
}

async function isUnkept(virtual: KubeClient, paths: string, { vPod, copy, patch }: Lacking): Promise<boolean> {
  const body = { metadata: { uid: patch.metadata.uid, resourceVersion: patch.metadata.resourceVersion }, status: patch.status };
  try {
    const after = (await virtual.patch(Pods, vPod.metadata, { kind: 'merge', body }, { subresource: 'status', dryRun: true })) as PodObject;
    const left = virtualPodStatus(after, copy);
    return left !== null && changedPaths(after, left) === paths;
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const refused = isKubeError(error, 'InvalidSpec') ? (error.fields ?? []) : [];
    return Object.keys(patch.status ?? {}).every((field) => refused.some((path) => path.startsWith(`status.${field}`)));
  }
}
