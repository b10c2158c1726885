import { Annotation } from '../../../api/names/keys';
import { unsupportedNeeds, waitingReport } from '../dependencies/needs';
import { isBound, isDeleting, isTerminal } from '../predicates';
import { nodeClosingReport, PHYSICAL_POD_LOST_MESSAGE, PodReason, warning } from '../reasons';
import type { PodObject } from '../types';
import { ignoredBecause } from './ignored';
import { mayStart } from './may-start';
import { hadPhysicalPod, nameHolder, type NameHolder } from './name-holder';
import { reconcileOwn } from './reconcile-own';
import type { NoneBecause, PodAction, PodDecision, PodPair, ReconcileContext } from './types';

/** A virtual pod that has no copy of its own, and everything its rules look at. */
interface Uncopied {
  readonly virtual: PodObject;
  readonly pair: PodPair;
  readonly holder: NameHolder;
  readonly context: ReconcileContext;
}

type Rule = (facts: Uncopied) => PodAction | null;

/** Rules for a bound virtual pod without a copy of its own; the first that applies decides. */
const RULES: readonly Rule[] = [impersonated, deleted, nameHeldByUs, ended, ignored, elsewhere, lost, nameHeldByStranger, refused, admitted];

/** How soon to look again at what lists decide that are not to be believed just now: nothing tells when they are. */
const UNSYNCED_MILLIS = 10_000;

/**
 * What to do about one key, from both lists alone: for every event, every relist, the audit and the repair alike, so that a lost
 * or doubled event is harmless (spec pods.md 1.2, 2.1; the order of the rules is theirs).
 * Fails closed: what is not known for certain is not deleted.
 */
export function reconcilePod(pair: PodPair, context: ReconcileContext): PodDecision {
  const decision = decided(pair, context);
  const believed = context.virtualSynced && context.physicalSynced;
  return believed || (!pair.virtual && !pair.physical) ? decision : { ...decision, lookAgainAt: context.now + UNSYNCED_MILLIS };
}

function decided(pair: PodPair, context: ReconcileContext): PodDecision {
  const { virtual, physical } = pair;
  if (!virtual) return plain(withoutVirtual(pair, context));
  if (!isBound(virtual)) return plain(none('unbound'));
  const holder = nameHolder(pair, context);
  if (holder === 'own' && physical) return reconcileOwn(virtual, physical, context);
  return plain(firstAction({ virtual, pair, holder, context }));
}

function firstAction(facts: Uncopied): PodAction {
  for (const rule of RULES) {
    const action = rule(facts);
    if (action) return action;
  }
  return none('harmony');
}

function withoutVirtual(pair: PodPair, context: ReconcileContext): PodAction {
  const { physical } = pair;
  const holder = nameHolder(pair, context);
  if (!physical) return none('absent');
  if (holder === 'stranger') return none('notOurs');
  const gracePeriodSeconds = graceOf(pair);
  if (isStoppingWithin(physical, gracePeriodSeconds)) return none('terminating');
  const gone = { kind: 'delete', physicalUid: physical.metadata.uid, gracePeriodSeconds } as const;
  if (holder === 'orphan') return { ...gone, because: 'Orphan', verify: false };
  return context.virtualSynced ? { ...gone, because: 'VirtualPodGone', verify: true } : none('unsynced');
}

/** The copy's own grace, unless its virtual pod went by force: then it goes as that did. */
function graceOf({ forced }: PodPair): number | null {
  return forced === true ? 0 : null;
}

/** Whether a copy is on its way out already, and as fast as it should be. */
function isStoppingWithin(physical: PodObject, graceSeconds: number | null): boolean {
  if (!isDeleting(physical)) return false;
  return graceSeconds === null || (physical.metadata.deletionGracePeriodSeconds ?? 0) <= graceSeconds;
}

/** Somebody made its copy again: a pod is started once, so that one goes, and then the virtual pod has lost its own. */
function impersonated({ pair: { physical }, holder }: Uncopied): PodAction | null {
  if (holder !== 'impostor' || !physical) return null;
  if (isDeleting(physical)) return none('terminating');
  return { kind: 'delete', physicalUid: physical.metadata.uid, because: 'Impostor', gracePeriodSeconds: null, verify: true };
}

/** Deleted, and nothing of it runs: it may go. One that has grace 0 already waits for others' finalizers. */
function deleted({ virtual, pair, holder, context }: Uncopied): PodAction | null {
  if (!isDeleting(virtual)) return null;
  if (context.vnode === 'foreign' && !hadPhysicalPod(virtual)) return none('notOurs');
  if (virtual.metadata.deletionGracePeriodSeconds === 0) return none('finalizers');
  const neverRan = ignoredBecause(virtual, context) !== null && !hadPhysicalPod(virtual);
  const certain = neverRan || pair.physicalGone === true;
  if (!certain && holder === 'nobody' && !context.physicalSynced) return none('unsynced');
  return { kind: 'finalize', virtualUid: virtual.metadata.uid, verify: !certain };
}

/** The name is the lock: what of ours still holds it must go first. Its virtual pod may be newer than our list, so it is verified. */
function nameHeldByUs({ pair, holder }: Uncopied): PodAction | null {
  const { physical } = pair;
  if (!physical || (holder !== 'predecessor' && holder !== 'orphan')) return null;
  const gracePeriodSeconds = graceOf(pair);
  const stopping = isStoppingWithin(physical, gracePeriodSeconds);
  return { kind: 'replaceWait', physicalUid: physical.metadata.uid, delete: !stopping, gracePeriodSeconds, verify: true };
}

function ended({ virtual }: Uncopied): PodAction | null {
  return isTerminal(virtual) ? none('terminal') : null;
}

function ignored({ virtual, context }: Uncopied): PodAction | null {
  const because = ignoredBecause(virtual, context);
  return because && { kind: 'ignored', because };
}

function elsewhere({ context }: Uncopied): PodAction | null {
  return context.vnode === 'foreign' ? none('notOurs') : null;
}

/** It had a copy and has none: it is never started again under the same UID. */
function lost({ virtual, pair, holder, context }: Uncopied): PodAction | null {
  if (!hadPhysicalPod(virtual) || strippedOfLabels(virtual, pair)) return null;
  if (holder === 'nobody' && !context.physicalSynced && !pair.physicalGone) return none('unsynced');
  const report = warning(PodReason.PhysicalPodLost, PHYSICAL_POD_LOST_MESSAGE);
  return { kind: 'lost', verify: pair.physicalGone !== true, report };
}

/** Our copy without our labels is not ours to touch, but it is not lost either. */
function strippedOfLabels(virtual: PodObject, { physical }: PodPair): boolean {
  const uid = virtual.metadata.annotations?.[Annotation.PhysicalPodUid];
  return physical !== null && physical.metadata.uid === uid;
}

function nameHeldByStranger({ pair, holder }: Uncopied): PodAction | null {
  if (!pair.physical || holder !== 'stranger') return null;
  const { namespace, name } = pair.physical.metadata;
  const message = `Physical pod ${namespace}/${name} exists and does not belong to this binding; it is left alone`;
  return { kind: 'notOwned', report: warning(PodReason.PhysicalPodNotOwned, message) };
}

/** The node is being given back: the pod never ran there and is not begun. */
function refused({ virtual, context }: Uncopied): PodAction | null {
  if (context.vnode !== 'closing') return null;
  const report = nodeClosingReport(virtual.spec.nodeName ?? '');
  return { kind: 'turnAway', virtualUid: virtual.metadata.uid, verify: true, report };
}

function admitted({ virtual, context }: Uncopied): PodAction {
  if (!mayStart(virtual, context.vnode)) return none('reclaimed');
  if (context.vnode === 'paused') return none('paused');
  const needs = unsupportedNeeds(virtual);
  if (needs.length > 0) return { kind: 'waitDependency', needs, report: waitingReport(needs) };
  return context.virtualSynced && context.physicalSynced ? { kind: 'admit' } : none('unsynced');
}

function none(because: NoneBecause): PodAction {
  return { kind: 'none', because };
}

function plain(action: PodAction): PodDecision {
  return { action, mirror: null, lookAgainAt: null };
}
