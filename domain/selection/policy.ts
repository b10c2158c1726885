import type { NodeSelector } from 'kubernetes-types/core/v1';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { matchesNodeSelector, type SelectableNode } from './node-selector';
import { bySeniority } from './seniority';

/** What policy selection needs of a ClusterBinding. */
export interface SelectingBinding {
  readonly name: string;
  readonly nodeSelector?: NodeSelector;
}

/** The one policy that applies to a node, and those that would if it did not exist, oldest first. */
export interface SelectedPolicy {
  readonly policy: ResourceLeasingPolicy;
  readonly losers: readonly ResourceLeasingPolicy[];
}

/**
 * Which policy lends a node to a binding, or `null` (spec leasing.md 7.4): of the live policies that name the binding
 * and select the node, the oldest, then by name. Windows and limits of the others are never merged in.
 */
export function selectPolicy(
  policies: readonly ResourceLeasingPolicy[],
  node: SelectableNode,
  binding: SelectingBinding,
): SelectedPolicy | null {
  if (!matchesNodeSelector(binding.nodeSelector, node)) {
    return null;
  }
  const [policy, ...losers] = policies
    .filter((candidate) => applies(candidate, node, binding.name))
    .toSorted(bySeniority);
  return policy === undefined ? null : { policy, losers };
}

function applies({ metadata, spec }: ResourceLeasingPolicy, node: SelectableNode, binding: string): boolean {
  return (
    metadata.deletionTimestamp === undefined && spec.cluster === binding && matchesNodeSelector(spec.nodeSelector, node)
  );
}
