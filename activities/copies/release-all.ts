import { Annotation } from '../../api/names/keys';
import { copyLabels, holdersOf, releaseOf } from '../../domain/pods';
import type { CopyKind } from '../../domain/pods';
import type { KubeClient, KubeObject } from '../../kube';
import { selectorOf } from '../fleet/selector';
import { COPY_TYPES } from './kinds';

/** Whose copies are let go of, and where. */
export interface ReleaseAll {
  readonly client: KubeClient;
  readonly mountNamespace: string;
  readonly virtualCluster: string;
  readonly binding: string;
  /** Whether a ClusterBinding of that name exists. */
  readonly exists: (binding: string) => boolean;
}

/** Claims before volumes: a volume stays for as long as its claim does. */
const ORDER: readonly CopyKind[] = ['PersistentVolumeClaim', 'PersistentVolume', 'Secret', 'ConfigMap'];

/**
 * Lets go of every copy that a binding holds: removes those that nobody else uses, leaves the others to those who do.
 * @throws KubeError `Conflict` when one changed meanwhile, and others: call again
 */
export async function releaseAllCopies(scope: ReleaseAll): Promise<void> {
  for (const kind of ORDER) {
    const type = COPY_TYPES[kind];
    const namespace = type.namespaced ? scope.mountNamespace : undefined;
    const labelSelector = selectorOf(copyLabels(scope.virtualCluster));
    const { items } = await scope.client.list(type, { namespace, labelSelector, metadataOnly: true });
    const held = items.filter((copy) => isCopy(copy) && holdersOf(copy).includes(scope.binding));
    await Promise.all(held.map((copy) => release(scope, kind, copy)));
  }
}

/** Token Secrets are no copies; they go with the binding's own objects. */
function isCopy({ metadata }: KubeObject): boolean {
  return metadata?.annotations?.[Annotation.VirtualName] !== undefined && metadata.deletionTimestamp === undefined;
}

async function release({ client, binding, exists }: ReleaseAll, kind: CopyKind, copy: KubeObject): Promise<void> {
  const { namespace, name = '', uid, resourceVersion } = copy.metadata ?? {};
  const key = { namespace, name };
  const change = releaseOf(copy, binding, exists);
  if (change === 'delete') await client.remove(COPY_TYPES[kind], key, { uid, resourceVersion });
  else await client.patch(COPY_TYPES[kind], key, { kind: 'merge', body: change }, { uid, resourceVersion });
}
