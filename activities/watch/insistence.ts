/** A difference this young is most likely a process that is a moment behind, milliseconds. */
const YOUNG_MILLIS = 5_000;
const SOON_MILLIS = 1_000;
const LATER_MILLIS = 10_000;
/** Work that each repetition may cause, milliseconds: a thousand workflows that are all on their way must not be called from it. */
const PATIENCE_MILLIS = 25;

/**
 * How often a workflow is told that something is not as it should be, until it is: the process that looked for it may have been
 * behind the one that tells, found nothing to do, and no further event would say so.
 */
export class Insistence {
  /** By key: since when, epoch milliseconds. */
  private readonly since = new Map<string, number>();

  /** Notes what was seen. @returns when to look again, epoch milliseconds; null: all is well */
  noted(key: string, different: boolean): number | null {
    if (!different) {
      this.since.delete(key);
      return null;
    }
    const now = Date.now();
    if (!this.since.has(key)) this.since.set(key, now);
    return now + this.repeatMillis(key);
  }

  /** How long the same word is not repeated, milliseconds: the longer, the more differ at the same time. */
  repeatMillis(key: string): number {
    const now = Date.now();
    const patience = now - (this.since.get(key) ?? now) < YOUNG_MILLIS ? SOON_MILLIS : LATER_MILLIS;
    return Math.max(patience, this.since.size * PATIENCE_MILLIS);
  }
}
