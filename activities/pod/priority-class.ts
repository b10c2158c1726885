import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_PRIORITY, DEFAULT_PRIORITY_CLASS, Label, MANAGED_BY } from '../../api/names/keys';
import { isKubeError, PriorityClasses } from '../../kube';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import type { Subject } from './subject';

/** For so long a class that was just created, or found for the first time, may be news to the admission of an API server. */
const NEWS_MILLIS = { created: 2_000, found: 1_000 } as const;
const PAUSE_MILLIS = 100;

/** A burst of first pods fails together; one of them looks and creates, the others wait for it. */
const looking = new WeakMap<PhysicalCluster, Promise<void>>();
/** Epoch milliseconds until when a refusal may come from an API server that has not heard of the class. */
const newsUntil = new WeakMap<PhysicalCluster, number>();

/**
 * Creates `kubeocean-default` where its absence made the API server refuse a pod (spec pods.md 4.3).
 * The server answers 403 for a missing class, and says which only in its message, so the class itself is the test. Its admission
 * reads a cache that learns of the class a moment later, so for some seconds a refusal proves nothing.
 *
 * @param error what the creation of the pod failed with
 * @returns true when the class is there, and the API server may not have known: try the pod again
 */
export async function ensurePriorityClass({ binding, physical }: Pick<Subject, 'binding' | 'physical'>, error: unknown): Promise<boolean> {
  if (!isKubeError(error, 'Unauthorized') || binding.spec.podPriorityClassName) return false;
  const shared = looking.get(physical) ?? createIfMissing(physical);
  looking.set(physical, shared);
  try {
    await shared;
  } finally {
    looking.delete(physical);
  }
  if (Date.now() >= (newsUntil.get(physical) ?? 0)) return false;
  await delay(PAUSE_MILLIS);
  return true;
}

async function createIfMissing(physical: PhysicalCluster): Promise<void> {
  const { client } = physical;
  if ((await client.get(PriorityClasses, { name: DEFAULT_PRIORITY_CLASS })) !== null) {
    if (!newsUntil.has(physical)) newsUntil.set(physical, Date.now() + NEWS_MILLIS.found);
    return;
  }
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
  newsUntil.set(physical, Date.now() + NEWS_MILLIS.created);
}
