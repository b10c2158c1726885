import type { Node } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { VnodeState } from '../../domain/pods';
import { decodeTerms } from '../../domain/reclaim';

/** True: the vnode is being given back. */
export function isClosing(vnode: Node | undefined): boolean {
  if (vnode === undefined) return false;
  if (vnode.metadata?.deletionTimestamp !== undefined) return true;
  return vnode.spec?.taints?.some(({ key }) => key === Taint.VnodeDeleting) === true;
}

/** Whether somebody paused the binding or this node of it. */
export function isPaused(...objects: readonly (Annotated | null | undefined)[]): boolean {
  return objects.some((object) => object?.metadata?.annotations?.[Annotation.Paused] === 'true');
}

interface Annotated {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** Whether the lender has the node for now: the grace is over, and its pods go or are gone. */
function isReclaimed({ spec }: Node): boolean {
  return spec?.taints?.some(({ key, effect }) => key === Taint.OutOfTimeWindows && effect === 'NoExecute') === true;
}

function letsNobodyStay({ metadata }: Node): boolean {
  return decodeTerms(metadata?.annotations?.[Annotation.ReclaimTerms])?.evictTolerating === true;
}

/** What the node that a vPod is bound to allows, for this binding. */
export function vnodeState(vnode: Node | undefined, binding: ClusterBinding): VnodeState {
  if (vnode?.metadata?.labels?.[Label.ClusterBinding] !== binding.metadata.name) return 'foreign';
  if (isClosing(vnode)) return 'closing';
  if (isReclaimed(vnode)) return letsNobodyStay(vnode) ? 'emptied' : 'reclaimed';
  return isPaused(binding, vnode) ? 'paused' : 'lent';
}
