import { physicalName } from '../pods';
import { isOurs, virtualPodOf } from '../pods/identity/ownership';
import type { Ownership, PodObject } from '../pods';

/** A virtual pod as the figures about its copy shall name it. */
export interface OwnPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** UID of the copy, by which the figures know it. */
  readonly physicalUid: string;
  /** By the name of the volume: the claim that the virtual pod knows it by. */
  readonly claims: Readonly<Record<string, string>>;
}

/** The pods of one vnode by the key of their copies, see {@link podKey}. */
export type OwnPods = ReadonlyMap<string, OwnPod>;

/** What identifies a pod in the figures of a physical node. */
export function podKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** One vnode with the pods of both sides. */
export interface OwnPodsFacts {
  readonly vnode: string;
  /** Name of the physical node. */
  readonly node: string;
  readonly ownership: Ownership;
  /** Namespace in the physical cluster in which the copies live. */
  readonly mountNamespace: string;
  readonly vPods: readonly Pick<PodObject, 'metadata' | 'spec'>[];
  readonly pPods: readonly Pick<PodObject, 'metadata' | 'spec'>[];
}

/**
 * The pods whose figures a vnode may show: bound to it, with a copy on its physical node that carries our labels, has the one name
 * which that pod's copy can have, and names the pod back with its UID. Fails closed: whatever does not agree is left out.
 */
export function ownPods({ vnode, node, ownership, mountNamespace, vPods, pPods }: OwnPodsFacts): OwnPods {
  const byUid = new Map(vPods.filter(({ spec }) => spec.nodeName === vnode).map((vPod) => [vPod.metadata.uid, vPod]));
  const found = pPods
    .filter(({ metadata, spec }) => spec.nodeName === node && metadata.namespace === mountNamespace && isOurs({ metadata }, ownership))
    .flatMap((pPod): [string, OwnPod][] => {
      const named = virtualPodOf(pPod);
      const vPod = named === null ? undefined : byUid.get(named.uid);
      if (named === null || vPod === undefined) return [];
      const { namespace, name, uid } = vPod.metadata;
      const agrees = named.namespace === namespace && named.name === name && pPod.metadata.name === physicalName(name, namespace);
      const own = { namespace, name, uid, physicalUid: pPod.metadata.uid, claims: claimsOf(vPod) };
      return agrees ? [[podKey(pPod.metadata.namespace, pPod.metadata.name), own]] : [];
    });
  return new Map(found);
}

function claimsOf({ metadata, spec }: Pick<PodObject, 'metadata' | 'spec'>): Record<string, string> {
  const volumes = (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }): [string, string][] => {
    if (persistentVolumeClaim) return [[name, persistentVolumeClaim.claimName]];
    // The claim of an ephemeral volume is named after pod and volume.
    return ephemeral ? [[name, `${metadata.name}-${name}`]] : [];
  });
  return Object.fromEntries(volumes);
}
