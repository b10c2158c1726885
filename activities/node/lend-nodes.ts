import pLimit from 'p-limit';
import { isTaintDue, termsOf } from '../../domain/reclaim';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { isPaused } from '../fleet/vnodes';
import type { ActivitySettings } from '../settings';
import { decide, viewNode } from './facts';
import { createVnode } from './lend-node';

/** Vnodes created at the same time; many at once are limited by the API server, not by us. */
const CONCURRENCY = 32;

/**
 * Creates the vnodes of those nodes that are to be lent, have none, are inside their window and far from its end. Whatever
 * cannot be done is left to the nodes' workflows, which start next and look at everything.
 */
export async function lendNodes(
  fleet: Fleet,
  settings: ActivitySettings,
  { name, uid }: BindingRef,
  nodes: readonly string[],
): Promise<void> {
  const limit = pLimit(CONCURRENCY);
  await Promise.allSettled(
    nodes.map((node) => limit(() => lendIfNew(fleet, settings, { binding: name, bindingUid: uid, node }))),
  );
}

async function lendIfNew(
  fleet: Fleet,
  settings: ActivitySettings,
  ref: { readonly binding: string; readonly bindingUid: string; readonly node: string },
): Promise<void> {
  const view = await viewNode(fleet, ref);
  if (view === null || view.vnode !== null || typeof view.node === 'string' || isPaused(view.binding)) return;
  const now = Date.now();
  const decision = decide(view, settings, now);
  if (decision.action !== 'lend' || isTaintDue({ ...decision, terms: termsOf(decision.policy.spec), now })) return;
  await createVnode({ fleet, settings, view, now }, view.node, decision);
}
