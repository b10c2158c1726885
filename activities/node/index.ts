import type { NodeActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { OpenWorkflows } from '../temporal/open-workflows';
import { lendNodes } from './lend-nodes';
import { type NodeDependencies, reconcileNode } from './reconcile-node';
import { reviewPods } from './review-pods';

/** Activities of the `leasedNode` workflow. */
export function nodeActivities(deps: NodeDependencies, openWorkflows: OpenWorkflows): NodeActivities {
  return {
    lendNodes: failing((ref, nodes) => lendNodes(deps.fleet, deps.settings, ref, nodes)),
    reconcileNode: failing((ref, orders) => reconcileNode(deps, ref, orders)),
    reviewPods: failing(async (ref) => {
      const open = await openWorkflows({ type: 'virtualPod', binding: ref.binding, node: ref.node });
      return reviewPods(deps.fleet, ref, open);
    }),
  };
}
