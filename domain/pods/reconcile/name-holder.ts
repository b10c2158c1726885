import { knownCopy } from '../identity/forward-annotations';
import { isKnownCopy, isOurs, namesVirtualKey, namesVirtualPod, virtualPodOf } from '../identity/ownership';
import { physicalName } from '../naming/physical-name';
import type { Ownership, PodObject } from '../types';
import type { PodPair } from './types';

/**
 * Who holds a virtual pod's name in the mount namespace:
 * - `nobody`; - `own`: its copy; - `predecessor`: the copy of an earlier pod of that name;
 * - `impostor`: says that it is its copy, but the virtual pod knows its copy by another UID (made again, restored from a backup);
 * - `orphan`: ours by its labels, but its annotations do not lead to a pod of that name; - `stranger`: not ours.
 */
export type NameHolder = 'nobody' | 'own' | 'predecessor' | 'impostor' | 'orphan' | 'stranger';

/** See {@link NameHolder}. Without a virtual pod a proper copy counts as that of a predecessor. */
export function nameHolder({ virtual, physical }: PodPair, ownership: Ownership): NameHolder {
  if (!physical) return 'nobody';
  if (!isOurs(physical, ownership)) return 'stranger';
  if (isOrphan(physical)) return 'orphan';
  if (!virtual) return 'predecessor';
  if (namesVirtualPod(physical, virtual)) return isKnownCopy(virtual, physical) ? 'own' : 'impostor';
  return namesVirtualKey(physical, virtual) ? 'predecessor' : 'orphan';
}

/**
 * Whether a virtual pod ever had a copy, as far as the virtual pod tells: the mirror left the copy's UID, or a kubelet's traces.
 * Such a pod is never started a second time.
 */
export function hadPhysicalPod({ metadata, status }: PodObject): boolean {
  const started = Boolean(status?.startTime) || (status?.phase ?? 'Pending') !== 'Pending';
  return Boolean(knownCopy({ metadata })) || started;
}

/** A copy under a name that does not follow from the pod it names cannot be found by that pod. */
function isOrphan(physical: PodObject): boolean {
  const named = virtualPodOf(physical);
  return !named || physicalName(named.name, named.namespace) !== physical.metadata.name;
}
