import pLimit from 'p-limit';

/** A timer cannot wait longer than 2^31 ms, and fires at once if told to; months ahead a key is looked at once a day. */
const LONGEST_MILLIS = 86_400_000;

/**
 * Runs one handler for keys: never twice at once for the same key, and once more when a key was added while it ran.
 * A failed key is repeated after a pause that doubles, so that nothing is lost between an event and a relist.
 */
export class KeyedQueue {
  private readonly running = new Set<string>();
  private readonly again = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly limit: ReturnType<typeof pLimit>;
  private stopped = false;

  /**
   * @param handle may return the epoch milliseconds at which the key has to be looked at again
   * @param options.concurrency keys handled at the same time
   */
  constructor(
    private readonly handle: (key: string) => Promise<number | null>,
    private readonly options: { readonly concurrency: number; readonly onError: (error: unknown, key: string) => void },
  ) {
    this.limit = pLimit(options.concurrency);
  }

  add(key: string): void {
    if (this.stopped) return;
    if (this.running.has(key)) {
      this.again.add(key);
      return;
    }
    this.running.add(key);
    this.clearTimer(key);
    void this.limit(() => this.run(key));
  }

  /** Looks at the key at that instant, unless an event comes first. */
  private addAt(key: string, at: number): void {
    this.clearTimer(key);
    this.timers.set(key, setTimeout(() => this.add(key), Math.min(Math.max(0, at - Date.now()), LONGEST_MILLIS)));
  }

  stop(): void {
    this.stopped = true;
    for (const key of [...this.timers.keys()]) this.clearTimer(key);
  }

  private async run(key: string): Promise<void> {
    let at: number | null = null;
    try {
      if (!this.stopped) at = await this.handle(key);
      this.failures.delete(key);
    } catch (error) {
      const failures = (this.failures.get(key) ?? 0) + 1;
      this.failures.set(key, failures);
      at = Date.now() + Math.min(100 * 2 ** failures, 30_000);
      this.options.onError(error, key);
    }
    this.running.delete(key);
    if (this.again.delete(key)) this.add(key);
    else if (at !== null && !this.stopped) this.addAt(key, at);
  }

  private clearTimer(key: string): void {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }
}
