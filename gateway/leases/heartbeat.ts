import { isKubeError } from '../../kube';
import { nextDue, retryDelay } from './timing';

/** What a beat came to: it wrote, or found nothing to do. */
export type Beat = 'renewed' | 'skipped';

/** When to beat, and what a beat is. */
export interface HeartbeatOptions {
  /** Milliseconds. */
  readonly period: number;
  /** Where in the period it belongs; see `slotOf`. */
  readonly slot: number;
  /** Called at each due instant, and again after a pause while it throws. `due`: the instant, epoch milliseconds. */
  readonly beat: (due: number) => Promise<Beat>;
  readonly onError: (error: unknown) => void;
}

/** One thing that is done periodically, at once for the first time, until it is stopped. */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly options: HeartbeatOptions) {
    this.at(Date.now());
  }

  /** No beat begins afterwards; resolves when one that is under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** @param due When it was meant to be; `from`: when it is tried. */
  private at(due: number, from = due): void {
    const run = () => void (this.running = this.run(due));
    this.timer = setTimeout(run, Math.max(0, from - Date.now()));
  }

  private async run(due: number): Promise<void> {
    const { period, slot, beat, onError } = this.options;
    try {
      await beat(due);
      this.failures = 0;
      if (this.stopped) return;
      // After an outage the round begins anew; a little lateness must not add up.
      const late = Date.now() - due >= period / 2;
      this.at(nextDue(late ? Date.now() : due, slot, period));
    } catch (error) {
      this.failures += 1;
      onError(error);
      if (this.stopped) return;
      const wish = isKubeError(error) ? error.retryAfterSeconds : undefined;
      this.at(due, Date.now() + retryDelay(this.failures, wish));
    }
  }
}
