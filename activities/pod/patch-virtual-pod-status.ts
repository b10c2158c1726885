import { virtualPodStatus } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import type { VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';

/** How often a conflict is answered by reading again, and a refusal by leaving out, before the caller's own retry takes over. */
const ATTEMPTS = 4;

/**
 * The one writer of a live vPod's status and its `physical-pod-*` annotations: one merge patch of `pods/status`, computed from
 * what the callbacks return at the moment of writing and guarded by UID and resourceVersion. Skips when the physical pod is
 * absent, when nothing differs, and never leaves a terminal phase. A field that the virtual API server finds invalid (the physical
 * one may be newer, or default a pod differently) is left out rather than that it kept all others away.
 *
 * @returns the vPod as written; null when nothing was
 * @throws KubeError
 */
export async function patchVirtualPodStatus(
  cluster: { readonly client: KubeClient },
  readVirtual: () => PodObject | null,
  readPhysical: () => PodObject | null,
): Promise<PodObject | null> {
  let vPod = readVirtual();
  let refused: readonly string[] = [];
  for (let attempt = 1; vPod !== null; attempt += 1) {
    const patch = without(refused, virtualPodStatus(vPod, readPhysical()));
    if (patch === null) return null;
    try {
      const body = { kind: 'merge', body: patch } as const;
      return (await cluster.client.patch(Pods, vPod.metadata, body, { subresource: 'status' })) as PodObject;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      const invalid = invalidFields(error);
      const mayHelp = isKubeError(error, 'Conflict') || invalid.some((field) => !refused.includes(field));
      if (!mayHelp || attempt >= ATTEMPTS) throw error;
      refused = [...refused, ...invalid];
      vPod = await reread(cluster, vPod);
    }
  }
  return null;
}

/** Names of the status fields to which a refusal points. */
function invalidFields(error: unknown): string[] {
  const paths = isKubeError(error, 'InvalidSpec') ? (error.fields ?? []) : [];
  return paths.flatMap((path) => /^status\.(\w+)/.exec(path)?.[1] ?? []);
}

/** @returns null when nothing is left to write */
function without(fields: readonly string[], patch: VirtualStatusPatch | null): VirtualStatusPatch | null {
  if (patch?.status === undefined || fields.length === 0) return patch;
  const status = Object.fromEntries(Object.entries(patch.status).filter(([field]) => !fields.includes(field)));
  const empty = Object.keys(status).length === 0;
  if (empty && patch.metadata.annotations === undefined) return null;
  return { metadata: patch.metadata, ...(empty ? {} : { status }) };
}

/** The store may lag behind the conflict that was just answered: ask the API server. */
async function reread({ client }: { readonly client: KubeClient }, { metadata }: PodObject): Promise<PodObject | null> {
  const fresh = (await client.get(Pods, metadata)) as PodObject | null;
  return fresh?.metadata.uid === metadata.uid ? fresh : null;
}
