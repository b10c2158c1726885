import { setTimeout as sleep } from 'node:timers/promises';
import { CustomResourceDefinitions, type KubeClient } from '../../kube';
import { UserError } from '../user-error';
import type { Manifest } from './manifests';

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/**
 * Returns when the API server serves every CRD among the manifests, so that the caller can create objects at once.
 *
 * @throws UserError after 30 s.
 */
export async function waitUntilEstablished(client: KubeClient, manifests: readonly Manifest[]): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (const { kind, metadata } of manifests) {
    if (kind !== CustomResourceDefinitions.kind) continue;
    while (!(await isEstablished(client, metadata.name))) {
      if (Date.now() > deadline) {
        throw new UserError(`CRD ${metadata.name} is not served after 30 s; look at its conditions with kubectl describe crd.`);
      }
      await sleep(POLL_MS);
    }
  }
}

async function isEstablished(client: KubeClient, name: string): Promise<boolean> {
  const crd = await client.get(CustomResourceDefinitions, { name });
  return crd?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
}
