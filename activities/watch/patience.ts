/** What one pod alone is given, milliseconds. */
const ALONE_MILLIS = 2_000;
/** Of many at the same time each takes so much longer: API servers, kubelets and we have our hands full with them. */
const EACH_MILLIS = 25;

/** How long pods are given for a step that others take (a kubelet, a scheduler): the more of them at once, the longer. */
export class Patience {
  private readonly waiting = new Set<string>();

  /** One more is on its way; again for the same key: no effect. */
  begin(key: string): void {
    this.waiting.add(key);
  }

  end(key: string): void {
    this.waiting.delete(key);
  }

  /** Milliseconds that each of them has now. */
  millis(): number {
    return ALONE_MILLIS + this.waiting.size * EACH_MILLIS;
  }
}
