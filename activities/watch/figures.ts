import { nodeFigures } from '../../domain/capacity';
import type { NodeFigures, OccupyingPod } from '../../domain/capacity';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { BY_BINDING, BY_NODE } from '../fleet/virtual-cluster';
import { Annotation } from '../../api/names/keys';
import type { WatchContext } from './context';

/** The figures of one vnode. */
export interface VnodeFigures {
  readonly binding: string;
  /** Name of the vnode. */
  readonly vnode: string;
  readonly figures: NodeFigures;
}

/** Figures of every vnode of the bindings that a process watches: each binding is told by one process, and a vnode that is gone by none. */
export function figuresOf(watched: Iterable<WatchContext>): VnodeFigures[] {
  return [...watched].flatMap((context) => {
    const vnodes = context.fleet.virtual.nodes.store.by(BY_BINDING, context.ref.name) as readonly NodeObject[];
    return vnodes.flatMap((vnode) => figuresOfVnode(context, vnode));
  });
}

function figuresOfVnode({ fleet, physical, ref }: WatchContext, vnode: NodeObject): VnodeFigures[] {
  const name = physicalNodeOf(vnode) ?? '';
  const node = physical.nodes.store.get(name) as NodeObject | undefined;
  if (node === undefined) return [];
  const policy = physical.policies.store.get(vnode.metadata.annotations?.[Annotation.PoliciesApplied] ?? '');
  const figures = nodeFigures({
    node: node.status ?? {},
    pods: physical.pods.store.by(BY_NODE, name) as readonly OccupyingPod[],
    limits: policy?.spec.resourceLimits,
    virtualCluster: fleet.virtual.uid,
    binding: ref.name,
  });
  return [{ binding: ref.name, vnode: vnode.metadata.name, figures }];
}
