import { Taint } from '../../api/names/keys';
import { findCondition } from '../../domain/conditions';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { WatchContext, WatchPart } from './context';

const PROBE_MILLIS = 5_000;
const PROBE_TIMEOUT_MILLIS = 4_000;

/**
 * Notices that the physical API server has not answered for a while, and that it does again. Lists that are alive prove it;
 * where they have been silent (bookmarks come about once a minute) a request asks. Works before the first lists are in, since a
 * worker may start while the cluster is away.
 */
export class Reachability implements WatchPart {
  private timer: NodeJS.Timeout | undefined;
  private answeredAt = Date.now();
  private reported: boolean | undefined;
  private end: (() => void) | undefined;

  constructor(private readonly context: WatchContext) {}

  start(): void {
    const { fleet, ref } = this.context;
    this.timer = setInterval(() => void this.probe(), PROBE_MILLIS);
    this.end = fleet.virtual.bindings.subscribe(({ key }) => {
      if (key === ref.name) this.wakeOpenNodes();
    });
    this.wakeOpenNodes();
  }

  stop(): void {
    clearInterval(this.timer);
    this.end?.();
  }

  /** While the condition says that the cluster is away, every vnode has to be closed to new pods. */
  private wakeOpenNodes(): void {
    const { fleet, ref, messenger } = this.context;
    if (this.connected() !== 'False') return;
    for (const vnode of fleet.virtual.nodes.store.by(BY_BINDING, ref.name)) {
      const closed = vnode.spec?.taints?.some(({ key }) => key === Taint.ClusterUnreachable) === true;
      const node = physicalNodeOf(vnode as NodeObject);
      if (!closed && node !== null) messenger.nodeChanged(node);
    }
  }

  private connected(): string | undefined {
    return findCondition(this.context.binding()?.status?.conditions, 'Connected')?.status;
  }

  private async probe(): Promise<void> {
    const { physical, settings } = this.context;
    const now = Date.now();
    this.answeredAt = Math.max(this.answeredAt, physical.lastContact());
    if (now - this.answeredAt >= PROBE_MILLIS && (await this.answers())) this.answeredAt = Date.now();
    const silent = Date.now() - this.answeredAt;
    if (silent >= settings.unreachableAfterMillis) this.report(false);
    else if (silent < PROBE_MILLIS) this.report(true);
  }

  private async answers(): Promise<boolean> {
    try {
      await this.context.physical.client.raw('GET', '/readyz', { timeoutMs: PROBE_TIMEOUT_MILLIS });
      return true;
    } catch {
      return false;
    }
  }

  /** The first "reachable" is told only where the binding still says otherwise. A return is answered by a relist. */
  private report(reachable: boolean): void {
    if (this.reported === reachable) return;
    const first = this.reported === undefined;
    this.reported = reachable;
    if (first && reachable && this.connected() === 'True') return;
    if (!first && reachable) this.context.physical.relist();
    this.context.messenger.reachability(reachable);
  }
}
