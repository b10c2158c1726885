import { pause } from '../../kube/backoff';
import type { Logger } from '../../workers/observability/logger';
import { Child, type ChildSpec, type ChildSurroundings } from './child';
import { Restarts } from './restarts';

/** A process of ours that is started again, after a growing pause, each time it dies. */
export class KeptChild {
  private child: Child;
  private readonly stopping = new AbortController();
  private readonly restarts = new Restarts();
  private readonly running: Promise<void>;

  constructor(
    private readonly spec: ChildSpec,
    private readonly surroundings: ChildSurroundings & { readonly logger: Logger },
  ) {
    this.child = new Child(spec, surroundings);
    this.running = this.keep();
  }

  get name(): string {
    return this.spec.name;
  }

  /** Where its health server listens; null while it does not. */
  get httpPort(): number | null {
    return this.child.httpPort;
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.child.stop();
    await this.running;
  }

  private async keep(): Promise<void> {
    const { logger } = this.surroundings;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const born = Date.now();
      logger.info({ process: this.name, pid: this.child.pid }, 'process started');
      const exit = await this.child.exited;
      if (signal.aborted) return;
      const restartIn = this.restarts.next(Date.now() - born);
      logger.error({ process: this.name, ...exit, restartIn, lastLines: this.child.tail() }, 'process ended, starting it again');
      await pause(restartIn, signal);
      if (!signal.aborted) this.child = new Child(this.spec, this.surroundings);
    }
  }
}
