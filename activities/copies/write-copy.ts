import { COPY_MANAGER, copyWrite } from '../../domain/pods';
import type { CopyObject, CopyWrite } from '../../domain/pods';
import { isKubeError, KubeError, keyOf } from '../../kube';
import type { KubeClient, KubeObject, ResourceType } from '../../kube';

interface Place {
  readonly client: KubeClient;
  readonly type: ResourceType<KubeObject>;
  /** How one that exists is changed. Default {@link copyWrite}. */
  readonly plan?: (desired: CopyObject, live: CopyObject) => CopyWrite;
}

/**
 * Makes one copy be as `desired`, in at most three requests; a list that shows none saves the first.
 * @param likelyAbsent true: try to create it first
 * @throws KubeError `NotOwned` when the name belongs to an object that is not this copy, which stays as it is; `Conflict` when
 * it is being deleted or was changed meanwhile: try again
 */
export async function writeCopy(place: Place, desired: KubeObject, likelyAbsent: boolean): Promise<void> {
  if (likelyAbsent && (await created(place, desired))) return;
  const { namespace, name = '' } = desired.metadata ?? {};
  const live = await place.client.get(place.type, { namespace, name });
  if (live !== null) return adjust(place, desired, live);
  if (!(await created(place, desired))) throw refusal(place, desired, 'Conflict');
}

async function created({ client, type }: Place, desired: KubeObject): Promise<boolean> {
  try {
    await client.create(type, desired, { fieldManager: COPY_MANAGER });
    return true;
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return false;
    throw error;
  }
}

/**
 * What cannot be changed in place is made again; for a moment there is no copy, and a pod that starts just then waits for it, as
 * it would where somebody deletes and creates the original.
 */
async function adjust(place: Place, desired: KubeObject, live: KubeObject): Promise<void> {
  const { client, type, plan = copyWrite } = place;
  const { namespace, name = '', uid, resourceVersion } = live.metadata ?? {};
  const write = plan(desired as CopyObject, live as CopyObject);
  switch (write.kind) {
    case 'none':
      return;
    case 'notOurs':
      throw refusal(place, desired, 'NotOwned');
    case 'terminating':
      throw refusal(place, desired, 'Conflict');
    case 'patch':
      await client.patch(type, { namespace, name }, { kind: 'merge', body: write.body }, { uid, resourceVersion, fieldManager: COPY_MANAGER });
      return;
    case 'recreate':
      await client.remove(type, { namespace, name }, { uid, resourceVersion });
      if (!(await created(place, desired))) throw refusal(place, desired, 'Conflict');
  }
}

function refusal({ type }: Place, object: KubeObject, code: 'NotOwned' | 'Conflict'): KubeError {
  return new KubeError({ code, verb: 'copy', kind: type.kind, key: keyOf(object) });
}
