import pLimit from 'p-limit';
import { Reason } from '../../domain/conditions';
import { Nodes, recordEvent } from '../../kube';
import { COMPONENT } from '../pod/report';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import type { NodeStep } from './reconcile-node';

/** What an event about a reclaim says. */
export interface ReclaimReport {
  /** Default `Normal`. */
  readonly type?: 'Normal' | 'Warning';
  readonly reason: Reason;
  readonly message: string;
}

/** Events that nobody waits for, of all nodes together: a thousand edges in the same minute come first. */
const courtesies = pLimit(4);

/** The same as {@link reportOnReclaim}, some time. */
export function mentionOnReclaim(...[step, pod, report]: Parameters<typeof reportOnReclaim>): void {
  void courtesies(() => reportOnReclaim(step, pod, report));
}

/** Says on a vPod what the reclaim of its node does to it. Best effort: never throws. */
export async function reportOnReclaim(
  { fleet }: Pick<NodeStep, 'fleet'>,
  { namespace, name, uid }: { readonly namespace: string; readonly name: string; readonly uid: string },
  report: ReclaimReport,
): Promise<void> {
  const regarding = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, uid } };
  await recordEvent(fleet.virtual.client, { type: 'Normal', ...report, regarding, reportingComponent: COMPONENT });
}

/** Where a reclaim stands after a step. */
export interface Standing {
  readonly phase: LeasePhase;
  readonly reason: Reason;
  readonly message: string;
  readonly stuck: string | null;
}

/** What the owner of the physical node wants to hear. */
const FOR_THE_OWNER: readonly Reason[] = [Reason.NodeEmpty, Reason.ToleratingPodsRemain, Reason.ReclaimStuck];

/** Says on both nodes that a reclaim has come to another phase, or is stuck. Best effort: never throws. */
export function reportProgress(step: NodeStep, { phase, reason, message, stuck }: Standing): void {
  if (isNews(step.orders.phase, phase)) {
    mentionOnNodes(step, { type: phase === 'Forced' ? 'Warning' : 'Normal', reason, message });
  }
  if (stuck !== null) reportStuck(step, stuck);
}

/** Says once on both nodes, as far as they can be reached, that a reclaim is stuck. Best effort: never throws. */
export function reportStuck(step: NodeStep, message: string): void {
  if (!step.orders.stuck) mentionOnNodes(step, { type: 'Warning', reason: Reason.ReclaimStuck, message });
}

/** A node that is lent for the first time is no news of a reclaim, and what was verified is closed at once. */
function isNews(before: LeasePhase, now: LeasePhase): boolean {
  return before !== now && !(before === 'Starting' && now === 'Lent') && !(before === 'Verified' && now === 'Closed');
}

function mentionOnNodes(step: NodeStep, report: ReclaimReport): void {
  void courtesies(() => reportOnNodes(step, report));
}

async function reportOnNodes({ fleet, view }: NodeStep, report: ReclaimReport): Promise<void> {
  const about = (metadata: object) => ({
    ...{ type: 'Normal' as const, ...report, reportingComponent: COMPONENT },
    regarding: { apiVersion: 'v1', kind: Nodes.kind, metadata },
  });
  if (view.vnode !== null) await recordEvent(fleet.virtual.client, about(view.vnode.metadata));
  if (typeof view.node !== 'string' && FOR_THE_OWNER.includes(report.reason)) {
    await recordEvent(view.physical.client, about(view.node.metadata));
  }
}
