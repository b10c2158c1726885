import { setTimeout as sleep } from 'node:timers/promises';

/** What is under way and outlives its request: so that a gateway that stops can wait for it, and end it. */
export class Streams {
  private readonly open = new Set<() => void>();

  get size(): number {
    return this.open.size;
  }

  /** @param end ends the stream at once. @returns to be called when it has ended */
  add(end: () => void): () => void {
    this.open.add(end);
    return () => this.open.delete(end);
  }

  /** Waits until all have ended, at most `withinMs`; ends the others. @returns how many had to be ended */
  async drain(withinMs: number): Promise<number> {
    const deadline = Date.now() + withinMs;
    while (this.open.size > 0 && Date.now() < deadline) await sleep(50);
    const left = [...this.open];
    for (const end of left) end();
    return left.length;
  }
}
