import type { MirroredMeta } from '../../domain/audit';
import { copyLabels } from '../../domain/pods';
import { MIRRORED_KINDS } from '../../domain/services';
import type { MirroredKind } from '../../domain/services';
import { isKubeError } from '../../kube';
import type { KubeClient, Selection } from '../../kube';
import { selectorOf } from '../fleet/selector';
import { MIRRORED_TYPES } from '../services/kinds';

/** Services of one binding as one look found them, by metadata alone. */
export interface ServiceSide {
  readonly sources: readonly MirroredMeta[];
  readonly mirrors: readonly MirroredMeta[];
  readonly standing: readonly MirroredMeta[];
}

/** Both sides of the Services that one binding mirrors. */
export interface ServicePlaces {
  readonly virtual: KubeClient;
  readonly physical: KubeClient;
  readonly virtualCluster: string;
  readonly namespaces: readonly string[];
}

/** @returns null where the credentials may not look at Services: then none are mirrored, as the binding's checks say. @throws KubeError */
export async function readServiceSide({ virtual, physical, virtualCluster, namespaces }: ServicePlaces): Promise<ServiceSide | null> {
  const ours = { labelSelector: selectorOf(copyLabels(virtualCluster)) };
  const there = Promise.all([
    Promise.all(MIRRORED_KINDS.map((kind) => read(physical, kind, ours))),
    Promise.all(namespaces.map((namespace) => read(physical, 'Service', { namespace }))),
  ]).catch((error: unknown) => {
    if (isKubeError(error, 'Unauthorized')) return null;
    throw error;
  });
  const here = Promise.all(namespaces.flatMap((namespace) => MIRRORED_KINDS.map((kind) => read(virtual, kind, { namespace }))));
  const [physicalSide, sources] = await Promise.all([there, here]);
  return physicalSide && { sources: sources.flat(), mirrors: physicalSide[0].flat(), standing: physicalSide[1].flat() };
}

async function read(client: KubeClient, kind: MirroredKind, selection: Selection): Promise<MirroredMeta[]> {
  const { items } = await client.list(MIRRORED_TYPES[kind], { ...selection, metadataOnly: true });
  return items.map(({ metadata }) => ({ kind, metadata }) as MirroredMeta);
}
