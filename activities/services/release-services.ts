import { Annotation } from '../../api/names/keys';
import { copyLabels, holdersOf, releaseOf } from '../../domain/pods';
import { MIRRORED_KINDS } from '../../domain/services';
import type { MirroredKind } from '../../domain/services';
import { isKubeError } from '../../kube';
import type { KubeClient, KubeObject } from '../../kube';
import { selectorOf } from '../fleet/selector';
import { MIRRORED_TYPES } from './kinds';

/** Whose mirrors are let go of, and where. */
export interface ReleaseServices {
  readonly client: KubeClient;
  readonly virtualCluster: string;
  readonly binding: string;
  /** Whether a ClusterBinding of that name exists. */
  readonly exists: (binding: string) => boolean;
}

/**
 * Lets go of every Service and EndpointSlice that a binding mirrored: removes those that no other binding holds. Credentials without the
 * right to list them have made none.
 * @throws KubeError `Conflict` when one changed meanwhile, and others: call again
 */
export async function releaseServices(scope: ReleaseServices): Promise<void> {
  for (const kind of [...MIRRORED_KINDS].reverse()) {
    const held = (await listMirrors(scope, kind)).filter((mirror) => holdersOf(mirror).includes(scope.binding));
    await Promise.all(held.map((mirror) => releaseMirror(scope, kind, mirror)));
  }
}

/** Every mirror that a virtual cluster has in a physical one; none where the credentials may not list them. */
async function listMirrors({ client, virtualCluster }: ReleaseServices, kind: MirroredKind): Promise<KubeObject[]> {
  try {
    const { items } = await client.list(MIRRORED_TYPES[kind], { labelSelector: selectorOf(copyLabels(virtualCluster)), metadataOnly: true });
    return items.filter(({ metadata }) => metadata?.annotations?.[Annotation.VirtualName] !== undefined);
  } catch (error) {
    if (isKubeError(error, 'Unauthorized')) return [];
    throw error;
  }
}

/** Removes a mirror, or leaves it to the other bindings that hold it. @throws KubeError `Conflict` when it changed meanwhile */
export async function releaseMirror({ client, binding, exists }: Omit<ReleaseServices, 'virtualCluster'>, kind: MirroredKind, mirror: KubeObject): Promise<void> {
  const { namespace, name = '', uid, resourceVersion } = mirror.metadata ?? {};
  const change = releaseOf(mirror, binding, exists);
  if (change === 'delete') await client.remove(MIRRORED_TYPES[kind], { namespace, name }, { uid, resourceVersion });
  else await client.patch(MIRRORED_TYPES[kind], { namespace, name }, { kind: 'merge', body: change }, { uid, resourceVersion });
}
