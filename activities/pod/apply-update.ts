import { Annotation } from '../../api/names/keys';
import type { InPlaceUpdate, PodObject, SpecChange } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { KubeClient, KubeError } from '../../kube';

/** A change that the physical API server does not make, and its answer in a few words. */
export interface Refusal {
  readonly what: string;
  readonly why: string;
}

/** What the steps work on; the copy is as the last of them left it. */
interface Work {
  readonly client: KubeClient;
  copy: PodObject;
  readonly refused: Refusal[];
}

/**
 * Makes the changes of an update, subresources first, the pod with its metadata last: the hash there says that all is done. What is
 * refused as a whole is tried in parts, so that one part does not take the others along.
 * @param plan computes the update for the copy as it is now
 * @returns what was refused
 * @throws KubeError Conflict and passing failures: try again
 */
export async function applyUpdate(client: KubeClient, pPod: PodObject, plan: (pPod: PodObject) => InPlaceUpdate | null): Promise<readonly Refusal[]> {
  const work: Work = { client, copy: pPod, refused: [] };
  for (const change of plan(pPod)?.changes ?? []) if (change.subresource !== null) await attempt(work, change);
  const update = plan(work.copy);
  if (update !== null) await patchPod(work, update);
  return work.refused;
}

async function patchPod(work: Work, { metadata, changes }: InPlaceUpdate): Promise<void> {
  const own = changes.filter(({ subresource }) => subresource === null);
  if (await accepts(work, { metadata, ...specOf(own) })) return;
  for (const change of own) await attempt(work, change);
  // The parts have changed the version.
  if (await accepts(work, { metadata: { ...metadata, resourceVersion: undefined } })) return;
  work.refused.push({ what: 'labels and annotations', why: REFUSED });
  // A change that can never be made must not be tried for ever.
  const done = { [Annotation.SpecHash]: metadata.annotations?.[Annotation.SpecHash] };
  await accepts(work, { metadata: { uid: metadata.uid, annotations: done } });
}

const REFUSED = 'not accepted';

/** Changes of several containers stand in one list. */
function specOf(changes: readonly SpecChange[]): { spec?: object } {
  const spec: Record<string, unknown> = {};
  for (const [field, value] of changes.flatMap((change) => Object.entries(change.spec))) {
    const before = spec[field];
    spec[field] = Array.isArray(before) && Array.isArray(value) ? [...(before as unknown[]), ...(value as unknown[])] : value;
  }
  return changes.length === 0 ? {} : { spec };
}

async function attempt(work: Work, { what, subresource, spec }: SpecChange): Promise<void> {
  const { uid } = work.copy.metadata;
  try {
    work.copy = await patch(work, { metadata: { uid }, spec }, subresource);
  } catch (error) {
    if (!isRefusal(error, subresource)) throw error;
    work.refused.push({ what, why: describe(error) });
  }
}

async function accepts(work: Work, body: object): Promise<boolean> {
  try {
    work.copy = await patch(work, body, null);
    return true;
  } catch (error) {
    if (!isRefusal(error, null)) throw error;
    return false;
  }
}

async function patch({ client, copy }: Work, body: object, subresource: SpecChange['subresource']): Promise<PodObject> {
  return (await client.patch(Pods, copy.metadata, { kind: 'strategic', body }, subresource === null ? {} : { subresource })) as PodObject;
}

/** An older API server has no such subresource; credentials of before it was needed have no right to it. */
function isRefusal(error: unknown, subresource: SpecChange['subresource']): error is KubeError {
  if (isKubeError(error, 'InvalidSpec')) return true;
  return subresource !== null && (isKubeError(error, 'Unauthorized') || isKubeError(error, 'NotFound'));
}

function describe({ status, reason, fields }: KubeError): string {
  const cause = [status, reason].filter((part) => part !== undefined).join(' ');
  return fields?.length ? `${cause}: ${fields.join(', ')}` : cause;
}
