import { now } from './clock';

/** What happens to a pod, in order. */
export type PodStage = 'seen' | 'running' | 'gone';

/** One pod of a name, on one side, as its watch showed it. */
export interface PodTimes {
  /** First arrival of each stage, epoch milliseconds. */
  readonly at: Partial<Record<PodStage, number>>;
  /** All UIDs that ever bore the name: two of them are a doubled pod. */
  readonly uids: Set<string>;
}

/** What one event of a watch says about a pod. */
export interface PodSighting {
  readonly name: string;
  readonly uid: string;
  readonly stage: PodStage;
}

/** Records when pods arrive at their stages, and lets a scenario wait for many of them at once. */
export class PodArrivals {
  private readonly pods = new Map<string, PodTimes>();
  private readonly waits = new Set<Wait>();
  private broken: Error | null = null;

  constructor(private readonly side: string) {}

  /** Folds one sighting in. A pod seen running has been seen. */
  record({ name, uid, stage }: PodSighting, at: number): void {
    const pod = this.pods.get(name) ?? { at: {}, uids: new Set<string>() };
    this.pods.set(name, pod);
    pod.uids.add(uid);
    if (stage !== 'gone') pod.at.seen ??= at;
    pod.at[stage] ??= at;
    for (const wait of this.waits) wait.arrived(name, pod);
  }

  /** Fails all present and coming waits. */
  fail(error: Error): void {
    this.broken = error;
    for (const wait of this.waits) wait.reject(error);
  }

  /** @throws Error for a pod that was never seen */
  of(name: string): PodTimes {
    const pod = this.pods.get(name);
    if (pod === undefined) throw new Error(`${name} was never seen in ${this.side}`);
    return pod;
  }

  /** How many of these pods have arrived at the stage. */
  count(names: readonly string[], stage: PodStage): number {
    return names.filter((name) => this.pods.get(name)?.at[stage] !== undefined).length;
  }

  /**
   * Waits until all of them (or `enough` of them) have arrived.
   * @returns the instant of the last arrival needed
   * @throws Error naming the side, how many are missing and one of them, after `within` milliseconds
   */
  async until(names: readonly string[], stage: PodStage, options: { within: number; enough?: number }): Promise<number> {
    if (this.broken !== null) throw this.broken;
    const wait = new Wait(names, stage, options.enough ?? names.length);
    for (const name of names) {
      const pod = this.pods.get(name);
      if (pod !== undefined) wait.arrived(name, pod);
    }
    this.waits.add(wait);
    const since = now();
    const late = () => `${wait.missing.size} of ${names.length} pods are not ${stage} in ${this.side}`;
    const give = () => wait.reject(new Error(`${late()} after ${Math.round((now() - since) / 1000)} s, such as ${first(wait.missing)}`));
    const timer = setTimeout(give, options.within);
    try {
      return await wait.done;
    } finally {
      clearTimeout(timer);
      this.waits.delete(wait);
    }
  }
}

/** One waiting scenario: only what is still missing is looked at, so that a burst costs little. */
class Wait {
  readonly missing: Set<string>;
  readonly done: Promise<number>;
  reject: (error: Error) => void = () => undefined;
  private resolve: (at: number) => void = () => undefined;
  private last = 0;
  /** How many may be missing in the end. */
  private readonly allowed: number;

  constructor(
    names: readonly string[],
    private readonly stage: PodStage,
    enough: number,
  ) {
    this.missing = new Set(names);
    this.allowed = names.length - enough;
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    if (this.missing.size <= this.allowed) this.resolve(now());
  }

  arrived(name: string, pod: PodTimes): void {
    const at = pod.at[this.stage];
    if (at === undefined || !this.missing.delete(name)) return;
    this.last = Math.max(this.last, at);
    if (this.missing.size <= this.allowed) this.resolve(this.last);
  }
}

function first(names: ReadonlySet<string>): string {
  return [...names][0] ?? 'none';
}
