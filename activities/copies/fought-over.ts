/** How long a copy that was put right is left as somebody there changes it the next time, milliseconds. */
const PAUSE_MILLIS = 10_000;

/** Puts right what somebody has changed at once, but not for ever: a webhook or a controller over there may insist. */
export class FoughtOver {
  /** By key: when it was last put right. */
  private readonly restored = new Map<string, number>();

  /** Notes that a copy is about to be put right. @returns when that may be; null: now */
  until(key: string, now: number): number | null {
    const next = (this.restored.get(key) ?? -Infinity) + PAUSE_MILLIS;
    if (next > now) return next;
    this.restored.set(key, now);
    return null;
  }

  forget(key: string): void {
    this.restored.delete(key);
  }
}
