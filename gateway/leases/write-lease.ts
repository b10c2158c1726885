import type { Lease } from 'kubernetes-types/coordination/v1';
import { isKubeError, KubeErrorCode, NodeLeases, type KubeClient } from '../../kube';

/** A heartbeat that takes longer is of no use: the next one is near. */
const TIMEOUT_MS = 5_000;

/**
 * Writes a heartbeat whether or not the object exists: one request when `exists` tells the truth, else two.
 *
 * @throws KubeError
 */
export async function writeLease(client: KubeClient, lease: Lease, exists: boolean): Promise<void> {
  const options = { timeoutMs: TIMEOUT_MS };
  const { namespace, name = '' } = lease.metadata ?? {};
  const create = () => client.create(NodeLeases, lease, options);
  const renew = () => client.patch(NodeLeases, { namespace, name }, { kind: 'merge', body: lease }, options);
  const [first, second] = exists ? [renew, create] : [create, renew];
  const mistaken = exists ? KubeErrorCode.NotFound : KubeErrorCode.AlreadyExists;
  try {
    await first();
  } catch (error) {
    if (!isKubeError(error, mistaken)) throw error;
    await second();
  }
}
