import type { KubeClient } from './client';
import { isKubeError, KubeError, KubeErrorCode } from './errors';
import { ownedDiff } from './owned-diff';
import { keyOf, type KubeObject, type ResourceType } from './resource';

/** What {@link ensureOwned} came to. */
export interface Ensured<T> {
  readonly result: 'created' | 'patched' | 'unchanged';
  /** As it stands in the cluster now. */
  readonly object: T;
}

/**
 * Makes one object of ours be as `desired`: creates it, patches the fields in which it differs, or writes nothing.
 * An object is ours when it carries every label of `ownership`; those are added to `desired`. Fields that `desired` does
 * not mention are left alone, `null` removes one. Secrets are compared by `data`, not `stringData`.
 *
 * @throws KubeError `NotOwned` when the name belongs to an object without our labels, which stays as it is;
 * `Conflict` when ours is being deleted or is replaced meanwhile: try again.
 */
export async function ensureOwned<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  desired: T,
  ownership: Readonly<Record<string, string>>,
): Promise<Ensured<T>> {
  const wanted = { ...desired, metadata: { ...desired.metadata, labels: { ...desired.metadata?.labels, ...ownership } } };
  const { namespace, name = '' } = wanted.metadata;
  const live = await client.get(type, { namespace, name });
  if (live === null) return createOrMeet(client, type, wanted, ownership);
  return adjust(client, type, { live, wanted, ownership });
}

/** Somebody, most likely our other replica, may create it between our read and our write. */
async function createOrMeet<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  wanted: T,
  ownership: Readonly<Record<string, string>>,
): Promise<Ensured<T>> {
  try {
    return { result: 'created', object: await client.create(type, wanted) };
  } catch (error) {
    if (!isKubeError(error, KubeErrorCode.AlreadyExists)) throw error;
    const { namespace, name = '' } = wanted.metadata ?? {};
    const live = await client.get(type, { namespace, name });
    if (live === null) throw refusal(type, wanted, KubeErrorCode.Conflict);
    return adjust(client, type, { live, wanted, ownership });
  }
}

interface Meeting<T> {
  readonly live: T;
  readonly wanted: T;
  readonly ownership: Readonly<Record<string, string>>;
}

async function adjust<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  { live, wanted, ownership }: Meeting<T>,
): Promise<Ensured<T>> {
  if (!isOwned(live, ownership)) throw refusal(type, wanted, KubeErrorCode.NotOwned);
  if (live.metadata?.deletionTimestamp) throw refusal(type, wanted, KubeErrorCode.Conflict);
  const body = ownedDiff(contentOf(wanted), contentOf(live));
  if (body === null) return { result: 'unchanged', object: live };
  const { namespace, name = '', uid } = live.metadata ?? {};
  return { result: 'patched', object: await client.patch(type, { namespace, name }, { kind: 'merge', body }, { uid }) };
}

/** Whether the object carries every label of `ownership` with its value. */
export function isOwned(object: KubeObject, ownership: Readonly<Record<string, string>>): boolean {
  const labels = object.metadata?.labels ?? {};
  return Object.entries(ownership).every(([label, value]) => labels[label] === value);
}

/** Without status, which is not written through the object itself. */
function contentOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([field]) => field !== 'status'));
}

function refusal(type: ResourceType<KubeObject>, object: KubeObject, code: KubeErrorCode): KubeError {
  return new KubeError({ code, verb: 'ensure', kind: type.kind, key: keyOf(object) });
}
