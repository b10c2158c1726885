import { DEFAULT_PRIORITY, DEFAULT_PRIORITY_CLASS, Label, MANAGED_BY } from '../../api/names/keys';
import { isKubeError, PriorityClasses } from '../../kube';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import type { Subject } from './subject';

/** A burst of first pods fails together; one of them looks and creates, the others wait for it. */
const creating = new WeakMap<PhysicalCluster, Promise<boolean>>();

/**
 * Creates `kubeocean-default` where its absence made the API server refuse a pod (spec pods.md 4.3).
 * The server answers 403 for a missing class, and says which only in its message, so the class itself is the test.
 *
 * @param error what the creation of the pod failed with
 * @returns true when the class was missing and is there now: try the pod again
 */
export async function ensurePriorityClass({ binding, physical }: Subject, error: unknown): Promise<boolean> {
  if (!isKubeError(error, 'Unauthorized') || binding.spec.podPriorityClassName) return false;
  const shared = creating.get(physical) ?? createIfMissing(physical);
  creating.set(physical, shared);
  try {
    return await shared;
  } finally {
    creating.delete(physical);
  }
}

async function createIfMissing({ client }: PhysicalCluster): Promise<boolean> {
  if ((await client.get(PriorityClasses, { name: DEFAULT_PRIORITY_CLASS })) !== null) return false;
  try {
    await client.create(PriorityClasses, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: DEFAULT_PRIORITY_CLASS, labels: { [Label.ManagedBy]: MANAGED_BY } },
      value: DEFAULT_PRIORITY,
      preemptionPolicy: 'PreemptLowerPriority',
      globalDefault: false,
      description: 'Pods that Kubeocean runs here for a virtual cluster; the owner of the nodes goes first.',
    });
  } catch (failure) {
    if (!isKubeError(failure, 'AlreadyExists')) throw failure;
  }
  return true;
}
