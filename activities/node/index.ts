import type { NodeActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { DismissPods } from '../temporal/dismiss-pods';
import type { OpenWorkflows } from '../temporal/open-workflows';
import { detachNode } from './detach-node';
import { detachNodes } from './detach-nodes';
import { lendNodes } from './lend-nodes';
import { type NodeDependencies, reconcileNode } from './reconcile-node';
import { reviewPods } from './review-pods';

/** Activities of the `leasedNode` workflow. */
export function nodeActivities(
  deps: NodeDependencies,
  { openWorkflows, dismissPods }: { readonly openWorkflows: OpenWorkflows; readonly dismissPods: DismissPods },
): NodeActivities {
  return {
    lendNodes: failing((ref, nodes) => lendNodes(deps.fleet, deps.settings, ref, nodes)),
    detachNodes: failing((ref) => detachNodes(deps.fleet, ref)),
    reconcileNode: failing(async (ref, orders) => {
      const detached = await detachNode(deps.fleet, ref, dismissPods);
      return detached ?? (await reconcileNode(deps, ref, orders));
    }),
    reviewPods: failing(async (ref) => {
      const open = await openWorkflows({ type: 'virtualPod', binding: ref.binding, node: ref.node });
      return reviewPods(deps.fleet, ref, open);
    }),
  };
}
