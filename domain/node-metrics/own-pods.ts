import { isMapped, physicalKey } from '../kubelet';
import { virtualPodOf } from '../pods/identity/ownership';
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
 * The pods whose figures a vnode may show: bound to it, with a copy on its physical node that has the one name which that pod's copy
 * can have; each is the other's, see `isMapped`. Fails closed: whatever does not agree is left out.
 */
export function ownPods({ vnode, node, ownership, mountNamespace, vPods, pPods }: OwnPodsFacts): OwnPods {
  const byUid = new Map(vPods.filter(({ spec }) => spec.nodeName === vnode).map((vPod) => [vPod.metadata.uid, vPod]));
  const found = pPods
    .filter(({ spec }) => spec.nodeName === node)
    .flatMap((pPod): [string, OwnPod][] => {
      const vPod = byUid.get(virtualPodOf(pPod)?.uid ?? '');
      if (vPod === undefined || !isMapped(vPod, pPod, ownership)) return [];
      const key = podKey(pPod.metadata.namespace, pPod.metadata.name);
      const expected = physicalKey(vPod, mountNamespace);
      if (key !== podKey(expected.namespace, expected.name)) return [];
      const { namespace, name, uid } = vPod.metadata;
      return [[key, { namespace, name, uid, physicalUid: pPod.metadata.uid, claims: claimsOf(vPod) }]];
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
