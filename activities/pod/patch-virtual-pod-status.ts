import { metadataRefusedReport, NOTHING_REFUSED, virtualPodStatus } from '../../domain/pods';
import type { MetadataMaps, PodObject, VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';
import { namesOf, refusedKeys } from './refused-keys';
import { reportOnPod } from './report';

/** How often a conflict is answered by reading again, and a refusal by leaving out, before the caller's own retry takes over. */
const ATTEMPTS = 4;

/** What the virtual API server has refused so far. */
interface Refused {
  readonly fields: readonly string[];
  readonly metadata: MetadataMaps;
}

/**
 * The one writer of a live vPod's status and its `physical-pod-*` annotations: one merge patch of `pods/status`, computed from
 * what the callbacks return at the moment of writing and guarded by UID and resourceVersion. Skips when the physical pod is
 * absent, when nothing differs, and never leaves a terminal phase. A field that the virtual API server finds invalid (the physical
 * one may be newer, or default a pod differently), and a label or annotation of the physical cluster that a policy over here
 * refuses, is left out rather than that it kept all others away; an event tells of the latter.
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
  let refused: Refused = { fields: [], metadata: NOTHING_REFUSED };
  for (let attempt = 1; vPod !== null; attempt += 1) {
    const patch = without(refused.fields, virtualPodStatus(vPod, readPhysical(), refused.metadata));
    if (patch === null) return null;
    try {
      const written = (await cluster.client.patch(Pods, vPod.metadata, { kind: 'merge', body: patch }, { subresource: 'status' })) as PodObject;
      const names = namesOf(refused.metadata);
      if (names.length > 0) await reportOnPod({ virtual: cluster }, vPod, metadataRefusedReport(names));
      return written;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      const more = isKubeError(error, 'Conflict') ? refused : await refusedBy(error, { cluster, vPod, patch, refused });
      if (more === null || attempt >= ATTEMPTS) throw error;
      refused = more;
      vPod = await reread(cluster, vPod);
    }
  }
  return null;
}

interface Refusal {
  readonly cluster: { readonly client: KubeClient };
  readonly vPod: PodObject;
  readonly patch: VirtualStatusPatch;
  readonly refused: Refused;
}

/** What to leave out as well; null: that would not help. @throws KubeError */
async function refusedBy(error: unknown, { cluster, vPod, patch, refused }: Refusal): Promise<Refused | null> {
  const invalid = invalidFields(error).filter((field) => !refused.fields.includes(field));
  if (invalid.length > 0) return { ...refused, fields: [...refused.fields, ...invalid] };
  const isPolicy = isKubeError(error, 'InvalidSpec') || isKubeError(error, 'Unauthorized');
  if (!isPolicy || namesOf(refused.metadata).length > 0) return null;
  const metadata = await refusedKeys(cluster.client, vPod, patch);
  return metadata === null ? null : { ...refused, metadata };
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
  if (empty && patch.metadata.annotations === undefined && patch.metadata.labels === undefined) return null;
  return { metadata: patch.metadata, ...(empty ? {} : { status }) };
}

/** The store may lag behind the conflict that was just answered: ask the API server. */
async function reread({ client }: { readonly client: KubeClient }, { metadata }: PodObject): Promise<PodObject | null> {
  const fresh = (await client.get(Pods, metadata)) as PodObject | null;
  return fresh?.metadata.uid === metadata.uid ? fresh : null;
}
