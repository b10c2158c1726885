import { Reason } from '../../domain/conditions';
import { teardownStartedAt } from '../../domain/vnode';
import type { NodeDecision } from '../../domain/vnode';
import { nextEdgeOf } from '../../domain/windows';
import type { NodeOrders, NodePass, NodeRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { StoresNotReady } from '../fleet/stores-not-ready';
import { isPaused } from '../fleet/vnodes';
import type { ActivityObserver } from '../observer';
import type { ActivitySettings } from '../settings';
import type { EdgeRush } from './edge-rush';
import { decide, viewNode } from './facts';
import type { NodeView } from './facts';
import { holdNode } from './hold-node';
import { lendNode } from './lend-node';
import { returnNode } from './return-node';

/** What node activities share. */
export interface NodeDependencies {
  readonly fleet: Fleet;
  readonly settings: ActivitySettings;
  readonly observer: ActivityObserver;
  readonly rush: EdgeRush;
}

/** What a step on one node works with. */
export interface NodeStep {
  readonly fleet: Fleet;
  readonly settings: ActivitySettings;
  readonly ref: NodeRef;
  readonly orders: NodeOrders;
  readonly view: NodeView;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Nothing is known of the node any more: the binding is gone, and with it the way to both sides. */
const FORGOTTEN: NodePass = {
  phase: 'Returned',
  reason: 'the ClusterBinding is gone',
  windowEnd: null,
  wakeAt: null,
  edge: null,
  deadline: null,
  forcedSince: null,
  stuck: false,
  pods: 0,
};

/**
 * Makes a lent node's vnode what it should be, or takes the next step of giving the node back. Level-triggered and idempotent:
 * every call reads, decides and writes what differs.
 * @throws StoresNotReady, CredentialsFault, KubeError: try again
 */
export async function reconcileNode(
  { fleet, settings, observer, rush }: NodeDependencies,
  ref: NodeRef,
  orders: NodeOrders,
): Promise<NodePass> {
  await rush.over();
  const view = await viewNode(fleet, ref);
  if (view === null) return FORGOTTEN;
  const now = Date.now();
  const step: NodeStep = { fleet, settings, ref, orders, view, now };
  const decision = orders.cancelled ? RETURNED_BY_HAND : unlessPaused(view, decide(view, settings, now, orders));
  if (decision.action === 'lend' && typeof view.node !== 'string') {
    const pass = await lendNode(step, view.node, decision);
    const { nextEdge: armed = null } = orders;
    if (armed !== null && armed <= now) observer.edgeActedOn(ref.binding, Date.now() - armed);
    return { ...pass, nextEdge: nextEdgeOf(decision.window) };
  }
  if (decision.action === 'teardown') return { ...(await returnNode(step, decision)), nextEdge: null };
  // This process alone is behind, after a cut for example: its lists come back in seconds, and no message would say so.
  if (view.node === 'Unknown' && !view.unreachable) throw new StoresNotReady(`the lists of ClusterBinding ${ref.binding} are behind`);
  return holdNode(step, decision);
}

/** Ways back that nobody may hold up: the machine is gone, or the binding is, or the machine's owner asks. */
const NOT_HELD: readonly string[] = [
  Reason.PhysicalNodeGone,
  Reason.PhysicalNodeReplaced,
  Reason.BindingDeleting,
  Reason.ReclaimRequested,
];

/** A pause lets no new node in and starts no new return; what has begun, and the edges of windows, go on. */
function unlessPaused(view: NodeView, decision: NodeDecision): NodeDecision {
  if (!isPaused(view.binding, view.vnode)) return decision;
  const { vnode } = view;
  const begins = decision.action === 'teardown' && (vnode === null || teardownStartedAt(vnode) === null);
  const held = (begins && !NOT_HELD.includes(decision.reason)) || (decision.action === 'lend' && vnode === null);
  return held ? { action: 'hold', reason: Reason.Paused, message: `Paused; otherwise: ${decision.message}` } : decision;
}

const RETURNED_BY_HAND: NodeDecision = {
  action: 'teardown',
  reason: Reason.ReturnedByHand,
  message: 'The workflow of the node was cancelled: it is returned until a resync.',
};
