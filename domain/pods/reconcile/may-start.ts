import { protectedUntil } from '../../reclaim';
import type { PodObject } from '../types';
import type { VnodeState } from './types';

/**
 * Whether a pod may start although the lender may have the node for now. One that tolerates every taint is scheduled there all
 * the same, and would be deleted as often as it came: it waits, without a copy, until the node is lent again.
 */
export function mayStart({ spec }: Pick<PodObject, 'spec'>, vnode: VnodeState): boolean {
  if (vnode === 'emptied') return false;
  return vnode !== 'reclaimed' || protectedUntil(spec.tolerations, 0) === 'Forever';
}
