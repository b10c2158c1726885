import type { ClusterBinding, ResourceLeasingPolicy } from '../../api/names/types';
import { earliest } from '../time/earliest';
import { isEligibleNode, matchesNodeSelector, type SelectableNode, selectPolicy } from '../selection';
import { calendarOf, type EpochMillis, evaluateWindows, type IanaZone, nextEdgeOf, type WindowState } from '../windows';

/** How a node stands with its borrower; a lower number is less. */
export const Standing = { Gone: 0, Evicted: 1, Cordoned: 2, Lent: 3 } as const;
/** One of these ranks. */
export type Standing = (typeof Standing)[keyof typeof Standing];

/** One set of objects that decide about nodes. */
export interface Regime {
  readonly binding: ClusterBinding;
  readonly policies: readonly ResourceLeasingPolicy[];
}

/** How every node would stand under a regime, by name, and when that changes by itself. */
export interface Standings {
  readonly of: ReadonlyMap<string, Standing>;
  readonly changesAt: EpochMillis | null;
}

/** Each window is evaluated once, not once for each node. */
export function standings(
  { binding, policies }: Regime,
  nodes: readonly SelectableNode[],
  now: EpochMillis,
  zone: IanaZone,
): Standings {
  const { name } = binding.metadata;
  const own = policies.filter(({ spec, metadata }) => spec.cluster === name && metadata.deletionTimestamp === undefined);
  const windows = new Map(own.map((policy) => [policy, evaluateWindows(calendarOf(policy.spec, zone), now)]));
  const selecting = { name, nodeSelector: binding.spec.nodeSelector };
  const standingOf = (node: SelectableNode): Standing => {
    if (!isEligibleNode(node.labels) || !matchesNodeSelector(selecting.nodeSelector, node)) return Standing.Gone;
    const selected = selectPolicy(own, node, selecting);
    return selected === null ? Standing.Gone : standingUnder(selected.policy, windows.get(selected.policy));
  };
  return {
    of: new Map(nodes.map((node) => [node.name, standingOf(node)])),
    changesAt: earliest(...[...windows.values()].map(nextEdgeOf)),
  };
}

function standingUnder({ spec }: ResourceLeasingPolicy, window: WindowState | undefined): Standing {
  if (window?.open === true) return Standing.Lent;
  return spec.forceReclaim === true ? Standing.Evicted : Standing.Cordoned;
}
