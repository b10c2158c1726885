import { Pods } from '../../kube';
import type { Fleet } from './fleet';
import { BY_VIRTUAL_UID } from './virtual-cluster';

/** A vPod, by identity. */
interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Whether a vPod lives: the store may say yes, but only the API server may say no. @throws KubeError */
export function isAliveIn({ virtual }: Fleet): (pod: PodIdentity) => Promise<boolean> {
  return async ({ namespace, name, uid }) => {
    if (virtual.pods.store.by(BY_VIRTUAL_UID, uid).length > 0) return true;
    const found = await virtual.client.get(Pods, { namespace, name });
    return found?.metadata?.uid === uid;
  };
}
