import type { Pod } from 'kubernetes-types/core/v1';
import { ignoredBecause, isOurs } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { BY_BINDING, BY_NODE } from '../fleet/virtual-cluster';
import type { WatchContext } from './context';

/** Every phase of a pod. */
export const POD_PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'] as const;
/** A number for each phase. */
export type PodCounts = Readonly<Record<(typeof POD_PHASES)[number], number>>;

/** How many pods a binding has, by phase. */
export interface PodFigures {
  readonly binding: string;
  /** On its vnodes; not those that never get a copy: of system namespaces, skipped DaemonSets, placeholders. */
  readonly virtual: PodCounts;
  /** Ours in its physical cluster. */
  readonly physical: PodCounts;
}

/** Pods of the bindings that a process watches: each binding is told by one process. */
export function podFiguresOf(watched: Iterable<WatchContext>): PodFigures[] {
  return [...watched].map((context) => {
    const { fleet, physical, ref, binding } = context;
    const vnodes = fleet.virtual.nodes.store.by(BY_BINDING, ref.name);
    const vPods = vnodes.flatMap(({ metadata }) => fleet.virtual.pods.store.by(BY_NODE, metadata?.name ?? ''));
    const daemons = { runningDaemonsetByDefault: binding()?.spec.runningDaemonsetByDefault };
    const ownership = { virtualCluster: fleet.virtual.uid, binding: ref.name };
    return {
      binding: ref.name,
      virtual: counted(vPods.filter((pod) => ignoredBecause(pod as PodObject, daemons) === null)),
      physical: counted(physical.pods.store.list().filter((pod) => isOurs(pod as PodObject, ownership))),
    };
  });
}

/** A pod without a phase is as new as one can be. */
function counted(pods: readonly Pod[]): PodCounts {
  const counts = { Pending: 0, Running: 0, Succeeded: 0, Failed: 0, Unknown: 0 };
  for (const { status } of pods) counts[POD_PHASES.find((phase) => phase === (status?.phase ?? 'Pending')) ?? 'Unknown'] += 1;
  return counts;
}
