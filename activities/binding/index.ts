import type { BindingActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import { confirmReclaim } from './confirm-reclaim';
import { finishUnbind } from './finish-unbind';
import { markUnreachable } from './mark-unreachable';
import { reconcileBinding } from './reconcile-binding';

/** Activities of the `clusterBinding` workflow. */
export function bindingActivities(fleet: Fleet): BindingActivities {
  return {
    reconcileBinding: failing((ref) => reconcileBinding(fleet, ref)),
    markUnreachable: failing((ref) => markUnreachable(fleet, ref)),
    confirmReclaim: failing((ref, hash) => confirmReclaim(fleet, ref, hash)),
    finishUnbind: failing((ref) => finishUnbind(fleet, ref)),
  };
}
