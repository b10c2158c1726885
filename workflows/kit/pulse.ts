import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';

/**
 * What the loop of an entity workflow waits on: a message, or the next instant.
 * It arms one timer, re-armed only when the instant moves, so an idle wait costs no history.
 */
export class Pulse {
  private changed = false;
  private due = false;
  private armedFor: number | null = null;
  private timer: CancellationScope | undefined;
  /** Epoch milliseconds of the last message; continue-as-new waits for a quiet moment. */
  lastMessageAt = Date.now();

  /** Wraps a message handler: folds it in, answers, and wakes the loop. */
  on<A extends unknown[], R>(fold: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      this.lastMessageAt = Date.now();
      const answer = fold(...args);
      this.changed = true;
      return answer;
    };
  }

  /** True when a message arrived since the loop last woke. */
  get hasNews(): boolean {
    return this.changed;
  }

  /** True when a message arrived, or the instant that the loop waits for came, since it last woke. */
  get isCalled(): boolean {
    return this.changed || this.due;
  }

  /** Wakes the loop without counting as a message. */
  touch(): void {
    this.changed = true;
  }

  /**
   * Waits for a message or for `until`.
   * @param until epoch milliseconds; null waits for a message alone
   * @param summary what the timer is for, shown in the Temporal UI
   */
  async next(until: number | null, summary: string): Promise<void> {
    if (!this.changed) this.arm(until, summary);
    await condition(() => this.isCalled);
    this.changed = false;
    if (this.due) {
      this.due = false;
      this.armedFor = null;
    }
  }

  private arm(until: number | null, summary: string): void {
    if (until === this.armedFor) return;
    this.timer?.cancel();
    this.timer = undefined;
    this.armedFor = until;
    this.due = false;
    if (until === null) return;
    const scope = new CancellationScope({ cancellable: true });
    this.timer = scope;
    scope
      .run(async () => {
        await sleep(Math.max(0, until - Date.now()), { summary });
        if (this.timer === scope) this.due = true;
      })
      .catch((error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }
}
