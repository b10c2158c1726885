/** How long the same message for the same object is not repeated, milliseconds; afterwards it is, in case it was lost. */
const REPEAT_MILLIS = 10_000;

/** Remembers what a workflow was told last, so that every further event of a pod does not tell it again. */
export class Told {
  private readonly last = new Map<string, { readonly message: string; readonly at: number }>();

  /**
   * True when the message is new for this UID, or old enough to be repeated; remembers it.
   * @param repeatMillis how old that is
   */
  isNews(uid: string, message: string, repeatMillis: number = REPEAT_MILLIS): boolean {
    const now = Date.now();
    const last = this.last.get(uid);
    if (last?.message === message && now - last.at < repeatMillis) return false;
    this.last.set(uid, { message, at: now });
    return true;
  }

  forget(uid: string): void {
    this.last.delete(uid);
  }
}
