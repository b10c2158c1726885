/** The longest that others give way, milliseconds: well inside the one attempt that a workflow makes in its own process. */
const LONGEST_MILLIS = 1_000;

/**
 * The vnodes that this process closes at their edge at this moment. What keeps new pods away goes first: a thousand windows may end
 * in one second, and a thousand workflows that wake with them would otherwise share every core with it (ADR 8).
 */
export class EdgeRush {
  private closing = 0;
  private readonly waiting = new Set<() => void>();

  async during<T>(work: Promise<T>): Promise<T> {
    this.closing += 1;
    try {
      return await work;
    } finally {
      this.closing -= 1;
      if (this.closing === 0) for (const go of this.waiting) go();
    }
  }

  /** Resolves when no vnode is being closed, at once if none is, and after a second at the latest. */
  async over(): Promise<void> {
    if (this.closing === 0) return;
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, LONGEST_MILLIS);
      this.waiting.add(go);
    });
  }
}
