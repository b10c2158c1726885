import { Taint } from '../../api/names/keys';
import { toRfc3339 } from '../../domain/conditions';
import type { NodeObject } from '../../domain/vnode';

/** The ends of windows that were seen ahead: for each of them the node's workflow has a timer of its own. */
export class EndsAhead {
  /** By vnode, epoch milliseconds. */
  private readonly ends = new Map<string, number>();

  note({ metadata }: NodeObject, end: number): void {
    this.ends.set(metadata.name, end);
  }

  forget({ metadata }: NodeObject): void {
    this.ends.delete(metadata.name);
  }

  /** Whether a vnode was closed by such an end, within the last `millis`: its workflow woke at that instant and is on its way. */
  closed({ metadata, spec }: NodeObject, millis: number): boolean {
    const end = this.ends.get(metadata.name);
    const closedAt = spec?.taints?.find(({ key }) => key === Taint.OutOfTimeWindows)?.timeAdded;
    return end !== undefined && closedAt === toRfc3339(end) && Date.now() < end + millis;
  }
}
