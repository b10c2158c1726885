import type { DebtActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import { nextDebtAt, payDebts } from './pay-debts';

/** Activities of the `manager` workflow: what abandoned clusters still owe us to clean. */
export function debtActivities(fleet: Fleet): DebtActivities {
  return {
    nextDebtAt: failing(() => nextDebtAt(fleet)),
    payDebts: failing((all) => payDebts(fleet, all)),
  };
}
