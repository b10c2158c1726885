import { Annotation } from '../../api/names/keys';
import { ClusterBindings, isKubeError } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';

/** Notes on the binding which held edits may take effect: an annotation, so that it survives Temporal and the watch finds it. */
export async function confirmReclaim({ virtual }: Fleet, { name, uid }: BindingRef, hash: string): Promise<void> {
  const body = { metadata: { annotations: { [Annotation.ConfirmedReclaim]: hash } } };
  try {
    await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { uid });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
