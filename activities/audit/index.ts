import type { AuditActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import type { ActivityObserver } from '../observer';
import { auditBindings } from './audit-bindings';
import { repairBinding } from './repair-binding';

/** Activities of the standing audit, and of the repair that a person asks for. */
export function auditActivities(fleet: Fleet, observer: ActivityObserver): AuditActivities {
  return {
    auditBindings: failing(() => auditBindings(fleet, observer)),
    repairBinding: failing((ref, findings) => repairBinding(fleet, ref, findings)),
  };
}
