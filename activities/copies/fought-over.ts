/** How long a copy that was put right is left as somebody there changes it the next time, milliseconds. */
const PAUSE_MILLIS = 10_000;

/** Puts right what somebody has changed at once, but not for ever: a webhook or a controller over there may insist. */
export class FoughtOver {
  /** By key: when it was last put right, oldest first; older than the pause is as good as never. */
  private readonly restored = new Map<string, number>();

  /** How many it remembers. */
  get size(): number {
    return this.restored.size;
  }

  /** Notes that a copy is about to be put right. @returns when that may be; null: now */
  until(key: string, now: number): number | null {
    const next = (this.restored.get(key) ?? -Infinity) + PAUSE_MILLIS;
    if (next > now) return next;
    this.forgetBefore(now - PAUSE_MILLIS);
    this.restored.set(key, now);
    return null;
  }

  forget(key: string): void {
    this.restored.delete(key);
  }

  private forgetBefore(instant: number): void {
    for (const [key, at] of this.restored) {
      if (at > instant) return;
      this.restored.delete(key);
    }
  }
}
