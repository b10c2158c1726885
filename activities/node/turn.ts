import { nextEdgeOf, turnAt } from '../../domain/windows';
import type { WindowState } from '../../domain/windows';
import type { Fleet } from '../fleet/fleet';
import { BY_BINDING } from '../fleet/virtual-cluster';

/** A vnode among those of its binding, by name. */
interface Place {
  readonly binding: string;
  readonly vnode: string;
}

/** When a node's workflow wakes for what is due at `at`: the edges of a calendar are those of many nodes, who take turns there. */
export function turnOf({ virtual }: Fleet, { binding, vnode }: Place, { window, at }: { window: WindowState; at: number }): number {
  if (at !== nextEdgeOf(window)) return at;
  return turnAt({ at, opens: !window.open }, vnode, virtual.nodes.store.by(BY_BINDING, binding).length);
}
