import type { WatchContext, WatchPart } from './context';

const PROBE_MILLIS = 5_000;
const PROBE_TIMEOUT_MILLIS = 4_000;

/**
 * Notices that the physical API server has not answered for a while, and that it does again. Lists that are alive prove it;
 * where they have been silent (bookmarks come about once a minute) a request asks.
 */
export class Reachability implements WatchPart {
  private timer: NodeJS.Timeout | undefined;
  private answeredAt = Date.now();
  private reported: boolean | undefined;

  constructor(private readonly context: WatchContext) {}

  start(): void {
    this.timer = setInterval(() => void this.probe(), PROBE_MILLIS);
  }

  stop(): void {
    clearInterval(this.timer);
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

  /** The first "reachable" is told only where the binding still says otherwise. */
  private report(reachable: boolean): void {
    if (this.reported === reachable) return;
    const first = this.reported === undefined;
    this.reported = reachable;
    const connected = this.context.binding()?.status?.conditions?.find(({ type }) => type === 'Connected');
    if (first && reachable && connected?.status === 'True') return;
    this.context.messenger.reachability(reachable);
  }
}
