import type { NodeActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import type { ActivitySettings } from '../settings';
import type { OpenWorkflows } from '../temporal/open-workflows';
import { lendNodes } from './lend-nodes';
import { reconcileNode } from './reconcile-node';
import { reviewPods } from './review-pods';

/** Activities of the `leasedNode` workflow. */
export function nodeActivities(fleet: Fleet, settings: ActivitySettings, openWorkflows: OpenWorkflows): NodeActivities {
  return {
    lendNodes: failing((ref, nodes) => lendNodes(fleet, settings, ref, nodes)),
    reconcileNode: failing((ref, orders) => reconcileNode(fleet, settings, ref, orders)),
    reviewPods: failing(async (ref) => {
      const open = await openWorkflows({ type: 'virtualPod', binding: ref.binding, node: ref.node });
      return reviewPods(fleet, ref, open);
    }),
  };
}
