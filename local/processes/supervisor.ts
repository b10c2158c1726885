import { mkdirSync } from 'node:fs';
import { ManagedProcess, type ProcessSpec } from './managed-process';
import { pollUntil } from './poll';
import { howItEnded, ProcessError } from './process-error';
import { Reaper } from './reaper';

/** Where children live, and who hears of their end. */
export interface SupervisorOptions {
  /** Folder of the log files, `<name>.log` each; also working directory and HOME of the children. Made if missing. */
  readonly dir: string;
  /** Told about every child that ends after it was ready and without being asked to. Default: nobody. */
  readonly onCrash?: (error: ProcessError) => void;
}

/**
 * Runs child processes, each with its own log and readiness probe, and stops them in order.
 * None of them survives this process, however it ends: see {@link Reaper}.
 */
export class Supervisor {
  private readonly reaper = new Reaper();
  private readonly children = new Set<ManagedProcess>();
  private readonly closing = new AbortController();
  private readonly firstCrash: Promise<never>;
  private crashed: (error: ProcessError) => void = () => undefined;
  private firstFailure: unknown;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: SupervisorOptions) {
    mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    this.firstCrash = new Promise((_, reject) => (this.crashed = reject));
    this.firstCrash.catch(() => undefined);
  }

  /** Aborted when this supervisor stops: what still waits for a child need not. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Children that run now, in the order of their start. */
  get running(): readonly ManagedProcess[] {
    return [...this.children];
  }

  /**
   * Starts a child and waits until it is ready.
   * @throws ProcessError when it ends before it is ready or misses its deadline; it is gone by then.
   */
  async start(spec: ProcessSpec): Promise<ManagedProcess> {
    if (this.signal.aborted) throw new Error(`${spec.name} cannot start: the supervisor is stopping`);
    const child = this.spawn(spec);
    try {
      await Promise.race([this.untilReady(child), this.untilEnd(child)]);
    } catch (error) {
      const failure = error instanceof ProcessError ? error : new ProcessError(child, `is not ready: ${messageOf(error)}`);
      await child.kill();
      throw failure;
    }
    void child.exited.then(() => this.report(child));
    return child;
  }

  /**
   * Waits for all of `work`, which starts children of this supervisor. When a part of it fails, or a child
   * crashes meanwhile, everything is stopped and the rest of the work has settled before this throws.
   * @throws what went wrong first, however many calls are nested.
   */
  async together<T extends readonly unknown[]>(...work: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    try {
      return await Promise.race([this.firstCrash, Promise.all(work)]);
    } catch (error) {
      this.firstFailure ??= error;
      await this.stop();
      await Promise.allSettled(work);
      throw this.firstFailure;
    }
  }

  /** Stops every child, the highest tier first and all of one tier together. Afterwards nothing can be started. */
  async stop(): Promise<void> {
    this.stopped ??= this.stopInOrder();
    await this.stopped;
  }

  private async stopInOrder(): Promise<void> {
    this.closing.abort();
    const tiers = [...new Set(this.running.map(tierOf))].sort((a, b) => b - a);
    for (const tier of tiers) {
      await Promise.all(this.running.filter((child) => tierOf(child) === tier).map((child) => child.stop()));
    }
    await this.reaper.close();
  }

  private spawn(spec: ProcessSpec): ManagedProcess {
    const { dir } = this.options;
    const env = { PATH: process.env.PATH, HOME: dir, ...spec.env };
    const child = new ManagedProcess({ cwd: dir, ...spec, env }, dir, this.reaper);
    this.children.add(child);
    void child.exited.then(() => this.children.delete(child));
    return child;
  }

  private async untilReady(child: ManagedProcess): Promise<void> {
    const { ready, readyWithin } = child.spec;
    if (!ready) return;
    const probe = async () => !child.running || (await ready());
    await pollUntil(probe, { what: 'its readiness probe', within: readyWithin ?? 120_000 });
    if (!child.running) throw new ProcessError(child, howItEnded(child));
  }

  private async untilEnd(child: ManagedProcess): Promise<never> {
    await child.exited;
    throw new ProcessError(child, howItEnded(child));
  }

  private report(child: ManagedProcess): void {
    if (child.stopping) return;
    const error = new ProcessError(child, howItEnded(child));
    this.crashed(error);
    this.options.onCrash?.(error);
  }
}

function tierOf(child: ManagedProcess): number {
  return child.spec.stopTier ?? 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
