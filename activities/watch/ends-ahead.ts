import { Taint } from '../../api/names/keys';
import { toRfc3339 } from '../../domain/conditions';
import type { NodeObject } from '../../domain/vnode';

/** The ends of windows that were seen ahead: for each of them the node's workflow has a timer of its own. */
export class EndsAhead {
  private readonly ends = new Map<string, { readonly end: number; readonly turn: () => number }>();

  /**
   * @param end epoch milliseconds
   * @param turn says when that timer goes off; asked only about a vnode that this end has closed, while ends are noted at each look
   */
  note({ metadata }: NodeObject, end: number, turn: () => number): void {
    this.ends.set(metadata.name, { end, turn });
  }

  forget({ metadata }: NodeObject): void {
    this.ends.delete(metadata.name);
  }

  /** Whether a vnode was closed by such an end, and its workflow has yet to wake, or has within the last `millis`. */
  closed({ metadata, spec }: NodeObject, millis: number): boolean {
    const ahead = this.ends.get(metadata.name);
    const closedAt = spec?.taints?.find(({ key }) => key === Taint.OutOfTimeWindows)?.timeAdded;
    return ahead !== undefined && closedAt === toRfc3339(ahead.end) && Date.now() < ahead.turn() + millis;
  }
}
