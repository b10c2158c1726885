import type { Rig } from './rig/rig';

export type Unit = 's' | 'ms' | 'pods/s' | 'MiB' | '%' | 'requests' | 'events';

/** One figure. */
export interface Measurement {
  /** Key into `targets.ts`, where there may be a target for it. */
  readonly metric: string;
  /** As the table shows it. */
  readonly title: string;
  readonly value: number;
  readonly unit: Unit;
  /** What else one must know to read the figure. */
  readonly note?: string;
}

/** What a scenario found. */
export interface Outcome {
  readonly measurements: readonly Measurement[];
  /** Pods lost or doubled: sentences that make the run fail. */
  readonly violations: readonly string[];
}

/** Something that is measured, in a file of its own. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** What goes on, for the progress. */
  readonly title: string;
  /** Left out with `--pods 0`. */
  readonly needsPods: boolean;
  /** Runs only where `--only` names it. Default false. */
  readonly onlyNamed?: boolean;
  /** `background`: mostly waits, so the quiet ones run beside it. `loud`: would disturb that, so it waits for it. Default `quiet`. */
  readonly manner?: 'background' | 'quiet' | 'loud';
  run(rig: Rig): Promise<Outcome>;
}
