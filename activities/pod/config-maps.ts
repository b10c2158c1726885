import type { ConfigMap } from 'kubernetes-types/core/v1';
import { Label, MANAGED_BY } from '../../api/names/keys';
import { toPhysicalConfigMap } from '../../domain/pods/dependencies/config-map-copy';
import type { ConfigMapSource } from '../../domain/pods/dependencies/config-map-copy';
import type { ConfigMapCopy } from '../../domain/pods/dependencies/needs';
import { ConfigMaps, ensureOwned, KubeError } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import type { Subject } from './subject';

/** How long a copy that was just made sure of is trusted to be there, milliseconds. */
const TRUSTED_MILLIS = 60_000;

/** Copies made sure of lately, by physical cluster and name; a burst of pods of one namespace asks once. */
const trusted = new WeakMap<PhysicalCluster, Map<string, { readonly until: number; readonly done: Promise<void> }>>();

/**
 * Makes sure of the ConfigMaps that a pod cannot start without.
 * @throws KubeError NotFound when a required one does not exist in the virtual cluster yet
 */
export async function ensureConfigMaps(fleet: Fleet, subject: Subject, copies: readonly ConfigMapCopy[]): Promise<void> {
  const known = trusted.get(subject.physical) ?? new Map();
  trusted.set(subject.physical, known);
  await Promise.all(
    copies.map((copy) => {
      const entry = known.get(copy.physicalName);
      if (entry !== undefined && entry.until > Date.now()) return entry.done;
      const done = ensureCopy(fleet, subject, copy);
      known.set(copy.physicalName, { until: Date.now() + TRUSTED_MILLIS, done });
      done.catch(() => known.delete(copy.physicalName));
      return done;
    }),
  );
}

async function ensureCopy(fleet: Fleet, subject: Subject, copy: ConfigMapCopy): Promise<void> {
  const { namespace, name } = copy;
  const source = await fleet.virtual.client.get<ConfigMap>(ConfigMaps, { namespace, name });
  if (source === null) {
    if (copy.optional) return;
    throw new KubeError({ code: 'NotFound', verb: 'get', kind: 'ConfigMap', key: `${namespace}/${name}` });
  }
  const desired = toPhysicalConfigMap(source as ConfigMapSource, {
    ...subject.ownership,
    mountNamespace: subject.mountNamespace,
  });
  // Bindings of one virtual cluster may share a mount namespace, and then they share this copy.
  const ownership = { [Label.ManagedBy]: MANAGED_BY, [Label.VirtualCluster]: subject.ownership.virtualCluster };
  await ensureOwned(subject.physical.client, ConfigMaps, desired, ownership);
}
