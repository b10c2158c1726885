import { metadataRefusedReport, NOTHING_REFUSED, virtualPodStatus } from '../../domain/pods';
import type { MetadataMaps, PodObject, VirtualStatusPatch } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient } from '../../kube';
import { namesOf, refusedKeys } from './refused-keys';
import { reportOnPod } from './report';

/** How often a conflict is answered by reading again, and a refusal by leaving out, before the caller's own retry takes over. */
const ATTEMPTS = 5;

/** What the virtual API server has refused so far. */
interface Refused {
  readonly fields: readonly string[];
  /** What the physical cluster added, by key. */
  readonly metadata: MetadataMaps;
  /** Any change of metadata, our own annotations included. */
  readonly anyMetadata: boolean;
}

/** Where to write, and who says whether an event about a pod would say something new. Default always. */
export interface StatusTarget {
  readonly client: KubeClient;
  readonly isNews?: (uid: string, message: string) => boolean;
}

/**
 * The one writer of a live vPod's status and its `physical-pod-*` annotations: one merge patch of `pods/status`, computed from
 * what the callbacks return at the moment of writing and guarded by UID and resourceVersion. Skips when the physical pod is
 * absent, when nothing differs, and never leaves a terminal phase. A field that the virtual API server finds invalid (the physical
 * one may be newer, or default a pod differently), and a label or annotation that a policy over here refuses, is left out rather
 * than that it kept all others away; an event tells of the latter. Where even our own annotations are refused, the status goes alone.
 *
 * @returns the vPod as it stands, also where all that differed was refused; null when there was nothing to write
 * @throws KubeError
 */
export async function patchVirtualPodStatus(
  target: StatusTarget,
  readVirtual: () => PodObject | null,
  readPhysical: () => PodObject | null,
): Promise<PodObject | null> {
  let vPod = readVirtual();
  let refused: Refused = { fields: [], metadata: NOTHING_REFUSED, anyMetadata: false };
  for (let attempt = 1; vPod !== null; attempt += 1) {
    const whole = virtualPodStatus(vPod, readPhysical(), refused.metadata);
    const patch = without(refused, whole);
    if (patch === null && !refused.anyMetadata) return null;
    try {
      const written: PodObject = patch === null ? vPod : await write(target, patch, vPod);
      await tell(target, vPod, namesLeftOut(refused, whole));
      return written;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      const more = isKubeError(error, 'Conflict') ? refused : await refusedBy(error, { target, vPod, whole, refused });
      if (more === null || attempt >= ATTEMPTS) throw error;
      refused = more;
      vPod = await reread(target, vPod);
    }
  }
  return null;
}

async function write({ client }: StatusTarget, body: VirtualStatusPatch, { metadata }: PodObject): Promise<PodObject> {
  return (await client.patch(Pods, metadata, { kind: 'merge', body }, { subresource: 'status' })) as PodObject;
}

function namesLeftOut({ metadata, anyMetadata }: Refused, whole: VirtualStatusPatch | null): string[] {
  const { labels = {}, annotations = {} } = whole?.metadata ?? {};
  return anyMetadata ? namesOf({ labels, annotations }) : namesOf(metadata);
}

async function tell({ client, isNews = () => true }: StatusTarget, vPod: PodObject, names: readonly string[]): Promise<void> {
  const report = metadataRefusedReport(names);
  if (names.length > 0 && isNews(vPod.metadata.uid, report.message)) await reportOnPod({ virtual: { client } }, vPod, report);
}

interface Refusal {
  readonly target: StatusTarget;
  readonly vPod: PodObject;
  readonly whole: VirtualStatusPatch | null;
  readonly refused: Refused;
}

/** What to leave out as well; null: that would not help. @throws KubeError */
async function refusedBy(error: unknown, { target, vPod, whole, refused }: Refusal): Promise<Refused | null> {
  const invalid = invalidFields(error).filter((field) => !refused.fields.includes(field));
  if (invalid.length > 0) return { ...refused, fields: [...refused.fields, ...invalid] };
  const isPolicy = isKubeError(error, 'InvalidSpec') || isKubeError(error, 'Unauthorized');
  if (!isPolicy || whole === null || !changesMetadata(whole) || refused.anyMetadata) return null;
  const metadata = namesOf(refused.metadata).length > 0 ? null : await refusedKeys(target.client, vPod, whole);
  return metadata === null ? { ...refused, anyMetadata: true } : { ...refused, metadata };
}

/** Names of the status fields to which a refusal points. */
function invalidFields(error: unknown): string[] {
  const paths = isKubeError(error, 'InvalidSpec') ? (error.fields ?? []) : [];
  return paths.flatMap((path) => /^status\.(\w+)/.exec(path)?.[1] ?? []);
}

/** @returns null when nothing is left to write */
function without({ fields, anyMetadata }: Refused, patch: VirtualStatusPatch | null): VirtualStatusPatch | null {
  if (patch === null) return null;
  const { labels, annotations, ...guards } = patch.metadata;
  const metadata = anyMetadata ? guards : patch.metadata;
  const status = Object.fromEntries(Object.entries(patch.status ?? {}).filter(([field]) => !fields.includes(field)));
  if (Object.keys(status).length > 0) return { metadata, status };
  return anyMetadata || !changesMetadata({ metadata: { labels, annotations } }) ? null : { metadata };
}

function changesMetadata({ metadata }: { readonly metadata: Pick<VirtualStatusPatch['metadata'], 'labels' | 'annotations'> }): boolean {
  return metadata.labels !== undefined || metadata.annotations !== undefined;
}

/** The store may lag behind the conflict that was just answered: ask the API server. */
async function reread({ client }: StatusTarget, { metadata }: PodObject): Promise<PodObject | null> {
  const fresh = (await client.get(Pods, metadata)) as PodObject | null;
  return fresh?.metadata.uid === metadata.uid ? fresh : null;
}
