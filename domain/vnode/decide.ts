import type { ResourceLeasingPolicy } from '../../api/names/types';
import { Reason } from '../conditions';
import {
  isEligibleNode,
  matchesNodeSelector,
  type SelectableNode,
  type SelectingBinding,
  selectPolicy,
} from '../selection';
import { type KnownOverride, type LeaseOverride, steeredWindow } from '../override';
import { calendarOf, type EpochMillis, type IanaZone, isKnownZone, type WindowState } from '../windows';

/** What a node decision needs of a physical node. */
export interface LendableNode extends SelectableNode {
  readonly uid: string;
  readonly deleting: boolean;
  /** True: its owner asked to have it back, by an annotation. */
  readonly reclaimRequested: boolean;
}

/** Everything that decides whether a physical node is lent. */
export interface NodeFacts {
  /** `Absent` only after a tombstone or a quorum read; `Unknown` while the store is stale or not synced. */
  readonly physical: LendableNode | 'Absent' | 'Unknown';
  readonly binding: (SelectingBinding & { readonly deleting: boolean }) | 'Unknown';
  readonly policies: readonly ResourceLeasingPolicy[] | 'Unknown';
  /** `null`: there is none. Without a recorded UID it counts as this node's. */
  readonly vnode: { readonly physicalUid: string | null; readonly deleting: boolean } | null;
  /** What somebody asked of the lease. Default nothing. */
  readonly asked?: KnownOverride;
  readonly now: EpochMillis;
  /** Counts for policies that name none of their own. */
  readonly zone: IanaZone;
}

/** What to do with a node: lend it, take it back, or leave everything as it is. Reason and message go to people. */
export type NodeDecision =
  | {
      readonly action: 'lend';
      readonly reason: Reason;
      readonly message: string;
      /** The one that lends the node; with `forceReclaim` off while its time zone is unknown. */
      readonly policy: ResourceLeasingPolicy;
      /** Policies that also select the node and are ignored there. */
      readonly losers: readonly ResourceLeasingPolicy[];
      /** The windows of the policy, moved by the override. */
      readonly window: WindowState;
      /** The windows of the policy alone. */
      readonly calendar: WindowState;
      /** What counts of what somebody asked for. */
      readonly override: LeaseOverride | null;
      /** Why the vnode's annotation is not followed; `null`: nothing is wrong with it. */
      readonly overrideFault: string | null;
    }
  | { readonly action: 'teardown' | 'hold'; readonly reason: Reason; readonly message: string };

type NodeRule = (facts: NodeFacts) => NodeDecision | null;

/** The rules in the order in which they are asked; the first answer stands (spec leasing.md 7.3). */
export const NODE_RULES: readonly NodeRule[] = [
  holdWhileNodeUnknown,
  holdWhileBindingUnknown,
  teardownWithoutNode,
  teardownOnUnbind,
  teardownRequested,
  teardownIneligible,
  teardownUnselected,
  teardownReplaced,
  teardownDeleted,
  holdWhilePoliciesUnknown,
  lendByPolicy,
];

/** Whether a physical node is lent, and by which policy; never by something that could not be read. */
export function decideNode(facts: NodeFacts): NodeDecision {
  for (const rule of NODE_RULES) {
    const decision = rule(facts);
    if (decision !== null) {
      return decision;
    }
  }
  return teardown(Reason.NoPolicy, 'No live ResourceLeasingPolicy of this ClusterBinding selects the node.');
}

function holdWhileNodeUnknown({ physical }: NodeFacts): NodeDecision | null {
  return physical === 'Unknown' ? hold('The physical node cannot be read at the moment.') : null;
}

function holdWhileBindingUnknown({ binding }: NodeFacts): NodeDecision | null {
  return binding === 'Unknown' ? hold('The ClusterBinding cannot be read at the moment.') : null;
}

function teardownWithoutNode({ physical }: NodeFacts): NodeDecision | null {
  const gone = physical === 'Absent' || (physical !== 'Unknown' && physical.deleting);
  return gone ? teardown(Reason.PhysicalNodeGone, 'The physical node is deleted or being deleted.') : null;
}

function teardownOnUnbind({ binding }: NodeFacts): NodeDecision | null {
  const deleting = binding !== 'Unknown' && binding.deleting;
  return deleting ? teardown(Reason.BindingDeleting, 'The ClusterBinding is being deleted.') : null;
}

function teardownRequested(facts: NodeFacts): NodeDecision | null {
  return nodeOf(facts)?.reclaimRequested === true
    ? teardown(Reason.ReclaimRequested, 'The owner of the physical node takes it back.')
    : null;
}

function teardownIneligible(facts: NodeFacts): NodeDecision | null {
  const node = nodeOf(facts);
  return node !== null && !isEligibleNode(node.labels)
    ? teardown(Reason.NodeNotEligible, 'The node is itself a virtual node.')
    : null;
}

function teardownUnselected(facts: NodeFacts): NodeDecision | null {
  const node = nodeOf(facts);
  const selector = facts.binding === 'Unknown' ? undefined : facts.binding.nodeSelector;
  return node !== null && !matchesNodeSelector(selector, node)
    ? teardown(Reason.BindingSelectorMismatch, "The ClusterBinding's nodeSelector does not select the node.")
    : null;
}

function teardownReplaced(facts: NodeFacts): NodeDecision | null {
  const known = facts.vnode?.physicalUid ?? null;
  const replaced = known !== null && known !== nodeOf(facts)?.uid;
  return replaced
    ? teardown(Reason.PhysicalNodeReplaced, 'The virtual node stands for an earlier node of the same name.')
    : null;
}

function teardownDeleted({ vnode }: NodeFacts): NodeDecision | null {
  return vnode?.deleting === true ? teardown(Reason.VnodeDeleting, 'The virtual node is being deleted.') : null;
}

function holdWhilePoliciesUnknown({ policies }: NodeFacts): NodeDecision | null {
  return policies === 'Unknown' ? hold('The ResourceLeasingPolicies cannot be read at the moment.') : null;
}

function lendByPolicy(facts: NodeFacts): NodeDecision | null {
  const node = nodeOf(facts);
  const { binding, policies } = facts;
  if (node === null || binding === 'Unknown' || policies === 'Unknown') {
    return null;
  }
  const selected = selectPolicy(policies, node, binding);
  if (selected === null) {
    return null;
  }
  const { policy, losers } = selected;
  const calendar = calendarOf(policy.spec, facts.zone);
  return {
    action: 'lend',
    reason: Reason.PolicyApplied,
    message: `ResourceLeasingPolicy ${policy.metadata.name} lends the node.`,
    policy: isKnownZone(calendar.zone) ? policy : withoutForce(policy),
    losers,
    ...steeredWindow(policy.spec, calendar, facts),
  };
}

/** While nobody can tell when the window ends, nothing new is lent; but a slip of the pen evicts nobody either. */
function withoutForce(policy: ResourceLeasingPolicy): ResourceLeasingPolicy {
  return { ...policy, spec: { ...policy.spec, forceReclaim: false } };
}

function nodeOf({ physical }: NodeFacts): LendableNode | null {
  return physical === 'Absent' || physical === 'Unknown' ? null : physical;
}

function teardown(reason: Reason, message: string): NodeDecision {
  return { action: 'teardown', reason, message };
}

function hold(message: string): NodeDecision {
  return { action: 'hold', reason: Reason.StateUnknown, message };
}
