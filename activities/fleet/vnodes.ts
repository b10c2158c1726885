import type { Node } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { VnodeState } from '../../domain/pods';

/** True: the vnode is being given back. */
export function isClosing(vnode: Node | undefined): boolean {
  if (vnode === undefined) return false;
  if (vnode.metadata?.deletionTimestamp !== undefined) return true;
  return vnode.spec?.taints?.some(({ key }) => key === Taint.VnodeDeleting) === true;
}

/** What the node that a vPod is bound to allows, for this binding. */
export function vnodeState(vnode: Node | undefined, binding: ClusterBinding): VnodeState {
  if (vnode?.metadata?.labels?.[Label.ClusterBinding] !== binding.metadata.name) return 'foreign';
  if (isClosing(vnode)) return 'closing';
  const paused = [vnode, binding].some((object) => object.metadata?.annotations?.[Annotation.Paused] === 'true');
  return paused ? 'paused' : 'lent';
}
