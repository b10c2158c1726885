import { attempt, patiently, WOKEN } from '../kit/call';
import type { Pulse } from '../kit/pulse';

/** After a failure that repeating at once cannot mend, milliseconds. */
const REST_MILLIS = 300_000;

/**
 * When abandoned clusters are tried again. The ledger is a ConfigMap, so this holds nothing that a new run, or a new database, would
 * not find again. A try takes as long as a silent cluster makes it take; the manager does not wait for it.
 */
export class Debts {
  /** When to do something, epoch milliseconds; null: nothing is owed, or a try is under way. */
  dueAt: number | null = 0;
  private looked = false;
  private all = false;
  private paying = false;

  constructor(private readonly pulse: Pulse) {}

  /** Reads the ledger as soon as the loop turns. */
  lookNow(): void {
    this.looked = false;
    if (!this.paying) this.dueAt = 0;
  }

  /** Also tries what is not due yet. */
  payNow(): void {
    this.all = true;
    this.lookNow();
  }

  /** One turn of the manager's loop. */
  async turn(): Promise<void> {
    if (this.paying || this.dueAt === null || this.dueAt > Date.now()) return;
    if (!this.looked && !(await this.look())) return;
    if (this.dueAt !== null && (this.all || this.dueAt <= Date.now())) this.pay();
  }

  /** @returns false when a message came first */
  private async look(): Promise<boolean> {
    const next = await attempt(this.pulse, (activities) => activities.nextDebtAt());
    if (next === WOKEN) return false;
    this.looked = true;
    this.dueAt = next;
    if (next === null) this.all = false;
    return true;
  }

  private pay(): void {
    const { all } = this;
    this.all = false;
    this.paying = true;
    this.dueAt = null;
    const next = patiently.payDebts(all).catch(() => Date.now() + REST_MILLIS);
    void next.then((at) => {
      this.paying = false;
      // What was recorded meanwhile is not in the answer.
      this.dueAt = this.looked ? at : 0;
      this.pulse.touch();
    });
  }
}
