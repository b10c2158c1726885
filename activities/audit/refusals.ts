import { changedKeys, changedPaths, refusalKey } from '../../domain/audit';
import type { PodRefusals } from '../../domain/audit';
import { guard, physicalName, virtualPodStatus } from '../../domain/pods';
import type { PodObject, VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';

/** Different changes that are tried at most: in a world that is well there are none, in an older or stricter one a few. */
const MOST_TRIED = 10;

interface Lacking {
  readonly vPod: PodObject;
  readonly copy: PodObject;
  readonly patch: VirtualStatusPatch;
}

/**
 * What the virtual API server does not let the mirror write. Each such change is tried with one pod, without being written; who may not
 * try cannot tell.
 */
export async function readRefusals(virtual: KubeClient, pods: readonly PodObject[], mountPods: readonly PodObject[]): Promise<PodRefusals> {
  const copies = new Map(mountPods.map((copy) => [copy.metadata.name, copy]));
  const lacking = pods.flatMap((vPod): Lacking[] => {
    const copy = copies.get(physicalName(vPod.metadata.name, vPod.metadata.namespace));
    const patch = copy === undefined ? null : virtualPodStatus(vPod, copy);
    return copy === undefined || patch === null ? [] : [{ vPod, copy, patch }];
  });
  const [unkept, refused] = await Promise.all([
    tried(lacking.filter(({ patch }) => patch.status !== undefined), ({ vPod, patch }) => changedPaths(vPod, patch), (one) => isUnkept(virtual, one)),
    tried(lacking.filter(({ patch }) => changedKeys(patch) !== ''), ({ vPod, patch }) => refusalKey(vPod, patch), (one) => isRefused(virtual, one)),
  ]);
  return { unkept, refused };
}

/** Keys of the changes of which that is true, found out with the last pod that lacks each. */
async function tried(lacking: readonly Lacking[], keyOf: (one: Lacking) => string, isSo: (one: Lacking) => Promise<boolean>): Promise<ReadonlySet<string>> {
  const each = [...new Map(lacking.map((one) => [keyOf(one), one]))].slice(0, MOST_TRIED);
  const verdicts = await Promise.all(each.map(([, one]) => isSo(one)));
  return new Set(each.flatMap(([key], i) => (verdicts[i] ? [key] : [])));
}

async function isUnkept(virtual: KubeClient, { vPod, copy, patch }: Lacking): Promise<boolean> {
  try {
    const after = await dryRun(virtual, vPod, { metadata: guard(vPod), status: patch.status });
    const left = virtualPodStatus(after, copy);
    return left !== null && changedPaths(after, left) === changedPaths(vPod, patch);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const refused = isKubeError(error, 'InvalidSpec') ? (error.fields ?? []) : [];
    return Object.keys(patch.status ?? {}).every((field) => refused.some((path) => path.startsWith(`status.${field}`)));
  }
}

/** By an admission policy or webhook, which lets the pod pass as it is; who has no right may not even write that. */
async function isRefused(virtual: KubeClient, { vPod, patch: { metadata } }: Lacking): Promise<boolean> {
  return (await isDenied(virtual, vPod, metadata)) && !(await isDenied(virtual, vPod, guard(vPod)));
}

async function isDenied(virtual: KubeClient, vPod: PodObject, metadata: VirtualStatusPatch['metadata']): Promise<boolean> {
  try {
    await dryRun(virtual, vPod, { metadata });
    return false;
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return isKubeError(error, 'InvalidSpec') || isKubeError(error, 'Unauthorized');
  }
}

async function dryRun(virtual: KubeClient, { metadata }: PodObject, body: VirtualStatusPatch): Promise<PodObject> {
  return (await virtual.patch(Pods, metadata, { kind: 'merge', body }, { subresource: 'status', dryRun: true })) as PodObject;
}
