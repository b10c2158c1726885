import type { Client } from '@temporalio/client';
import type { Cluster } from '../clusters/cluster';
import type { Stack } from '../stack';
import type { Commands } from './commands';

/** A physical cluster and the name under which the virtual one borrows from it: that of the samples. */
export interface Lender {
  /** Name of the ClusterBinding, and of its folder in `deploy/samples`. */
  readonly binding: string;
  readonly clusterId: string;
  readonly cluster: Cluster;
}

/** How long the failures of the walk last, in milliseconds. */
export interface Durations {
  /** Node grace plus toleration of the virtual cluster: whoever is silent for longer loses its pods, unless we do our part. */
  readonly tolerated: number;
  /** How long a physical API server is silent before new pods are kept away from its nodes. */
  readonly unreachableAfter: number;
  /** How long the network to a physical API server is cut. */
  readonly cut: number;
}

/** Everything the steps of the walk work with. */
export interface Walk {
  readonly stack: Stack;
  /** `cluster-a` and `cluster-b`. */
  readonly lenders: readonly [Lender, Lender];
  readonly commands: Commands;
  readonly temporal: Client;
  readonly durations: Durations;
  /** More settings for the workers. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Folder for what the walk writes. */
  readonly dir: string;
}

/** One step: does something, and checks that what follows is what the guide promises. */
export interface WalkStep {
  /** What is done, for a person. */
  readonly title: string;
  /** @returns what came of it, in a few words; further lines are details. @throws NotAsPromised at the first thing that is not as it should be. */
  readonly run: (walk: Walk) => Promise<string>;
}
