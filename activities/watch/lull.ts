/** No pod was worked on for this long: nobody waits. */
const QUIET_MILLIS = 500;
/** The longest that bookkeeping is held back, however busy it stays. */
const LONGEST_MILLIS = 30_000;
const LOOK_MILLIS = 100;

/**
 * Lets bookkeeping wait for a moment in which no pod is on its way: what people wait for goes first, and what was held back
 * together costs a fraction of it one by one.
 */
export class Lull {
  private working = 0;
  private lastWorkAt = 0;
  private round: Promise<void> | null = null;

  /** Marks a time during which somebody waits for a pod. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.working += 1;
    try {
      return await work;
    } finally {
      this.working -= 1;
      this.lastWorkAt = Date.now();
    }
  }

  /** Resolves half a second after the last work, and at most thirty seconds from now. All who wait go on together. */
  next(): Promise<void> {
    this.round ??= this.come().then(() => void (this.round = null));
    return this.round;
  }

  private come(): Promise<void> {
    const latest = Date.now() + LONGEST_MILLIS;
    return new Promise((resolve) => {
      const look = setInterval(() => {
        const now = Date.now();
        const quiet = this.working === 0 && now - this.lastWorkAt >= QUIET_MILLIS;
        if (!quiet && now < latest) return;
        clearInterval(look);
        resolve();
      }, LOOK_MILLIS).unref();
    });
  }
}
