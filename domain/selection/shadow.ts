import type { ResourceLeasingPolicy } from '../../api/names/types';
import { isEligibleNode } from './eligibility';
import type { SelectableNode } from './node-selector';
import { type SelectingBinding, selectPolicy } from './policy';

/** Nodes that a policy selects and that an older one lends. */
export interface Shadow {
  /** Name of the policy that applies there. */
  readonly winner: string;
  /** Names, sorted. */
  readonly nodes: readonly string[];
}

/** Everything that decides where a policy is ignored. */
export interface ShadowFacts {
  readonly policies: readonly ResourceLeasingPolicy[];
  readonly nodes: readonly SelectableNode[];
  readonly binding: SelectingBinding;
}

/** Where a policy is ignored because an older one applies (spec leasing.md 7.4), by winner. Empty: nowhere. */
export function shadowsOf(policy: ResourceLeasingPolicy, { policies, nodes, binding }: ShadowFacts): Shadow[] {
  const rivals = policies.filter(({ spec }) => spec.cluster === binding.name);
  if (rivals.length < 2) return [];
  const byWinner = new Map<string, string[]>();
  for (const node of nodes.filter(({ labels }) => isEligibleNode(labels))) {
    const selected = selectPolicy(rivals, node, binding);
    const winner = selected?.policy.metadata.name;
    const loses = selected?.losers.some(({ metadata }) => metadata.uid === policy.metadata.uid);
    if (winner !== undefined && loses === true) byWinner.set(winner, [...(byWinner.get(winner) ?? []), node.name]);
  }
  const names = [...byWinner.keys()].sort();
  return names.map((winner) => ({ winner, nodes: (byWinner.get(winner) ?? []).sort() }));
}
