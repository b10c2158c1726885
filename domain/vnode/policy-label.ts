import { Label } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { matchesNodeSelector } from '../selection';
import { toLabelValue } from './naming';
import type { NodeObject } from './types';

/** What decides the label `kubeocean.io/policy-applied` of a physical node. */
export interface PolicyLabelFacts {
  readonly node: Pick<NodeObject, 'metadata'>;
  /** Every policy of the physical cluster, those of other bindings too. */
  readonly policies: readonly ResourceLeasingPolicy[];
  /** Name of the binding that asks. */
  readonly binding: string;
}

/**
 * The value to write on a node that `policy` lends, or `null` where the label is to stay as it is: it says so already, or
 * a live policy of another binding that lends the same node was there first. Two of them would rewrite it for ever.
 */
export function policyLabelToSet(facts: PolicyLabelFacts, policy: ResourceLeasingPolicy): string | null {
  const wanted = toLabelValue(policy.metadata.name);
  const holder = holderOf(facts);
  const { name, labels = {} } = facts.node.metadata;
  const isElsewhere =
    holder !== undefined &&
    holder.spec.cluster !== facts.binding &&
    holder.metadata.deletionTimestamp === undefined &&
    matchesNodeSelector(holder.spec.nodeSelector, { name, labels });
  return isElsewhere || labels[Label.PolicyApplied] === wanted ? null : wanted;
}

/**
 * Whether the label on a node that is not lent any more is ours to remove: its value is the policy that the vnode was lent by
 * (`applied`, absent where nobody knows), or names a policy of this binding. Fails closed: any other value stays.
 */
export function isPolicyLabelOurs(facts: PolicyLabelFacts, applied: string | undefined): boolean {
  const value = facts.node.metadata.labels?.[Label.PolicyApplied];
  if (value === undefined) {
    return false;
  }
  return (applied !== undefined && value === toLabelValue(applied)) || holderOf(facts)?.spec.cluster === facts.binding;
}

/**
 * Whether the label on a node is one that a binding has left there whose vnodes are all gone: its value names a policy of that binding,
 * or one that no longer exists and was among its policies. What another's policy holds by now, under whichever name, stays.
 * @param remembered names of policies
 */
export function isPolicyLabelLeft(facts: PolicyLabelFacts, remembered: readonly string[]): boolean {
  const value = facts.node.metadata.labels?.[Label.PolicyApplied];
  const holder = holderOf(facts);
  if (holder !== undefined) return holder.spec.cluster === facts.binding;
  return remembered.some((name) => toLabelValue(name) === value);
}

function holderOf({ node, policies }: PolicyLabelFacts): ResourceLeasingPolicy | undefined {
  const value = node.metadata.labels?.[Label.PolicyApplied];
  return policies.find(({ metadata }) => toLabelValue(metadata.name) === value);
}
