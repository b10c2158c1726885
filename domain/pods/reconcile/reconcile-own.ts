import { Annotation } from '../../../api/names/keys';
import { specHash } from '../identity/spec-hash';
import { isBound, isDeleting, isTerminal } from '../predicates';
import { PodReason, warning } from '../reasons';
import { virtualPodStatus } from '../status/virtual-pod-status';
import type { EpochMillis, PodObject } from '../types';
import { metadataDrift } from '../update/drift';
import type { PodAction, PodDecision, ReconcileContext } from './types';

/** How long a copy may wait for the physical scheduler (spec pods.md 1.8). */
export const SCHEDULING_TIMEOUT_MILLIS = 5 * 60 * 1000;

/** What to do about a virtual pod and its own copy. Status is mirrored beside every action, from a fresh list only. */
export function reconcileOwn(virtual: PodObject, physical: PodObject, context: ReconcileContext): PodDecision {
  const mirror = context.physicalSynced ? virtualPodStatus(virtual, physical) : null;
  if (isDeleting(virtual)) return { action: deletion(virtual, physical), mirror, lookAgainAt: null };
  if (isTerminal(physical)) return { action: { kind: 'none', because: 'terminal' }, mirror, lookAgainAt: null };
  if (isDeleting(physical)) return { action: { kind: 'none', because: 'terminating' }, mirror, lookAgainAt: null };
  if (isTerminal(virtual)) return { action: ended(physical), mirror, lookAgainAt: null };
  const late = unschedulable(physical, context);
  if (late) return { action: late, mirror, lookAgainAt: null };
  return { action: change(virtual, physical, context), mirror, lookAgainAt: isBound(physical) ? null : deadlineOf(physical) };
}

/** The caller's grace goes along; a shorter one that comes later is passed on too, a longer one is too late. */
function deletion(virtual: PodObject, physical: PodObject): PodAction {
  const asked = virtual.metadata.deletionGracePeriodSeconds ?? null;
  const running = physical.metadata.deletionGracePeriodSeconds ?? null;
  const shorter = asked !== null && running !== null && asked < running;
  if (isDeleting(physical) && !shorter) return { kind: 'none', because: 'terminating' };
  return {
    kind: 'delete',
    physicalUid: physical.metadata.uid,
    because: 'VirtualPodDeleting',
    gracePeriodSeconds: asked,
    verify: false,
  };
}

/** As a kubelet stops what its API server calls ended. The list may be behind: the copy may have ended as well. */
function ended({ metadata: { uid } }: PodObject): PodAction {
  return { kind: 'delete', physicalUid: uid, because: 'VirtualPodEnded', gracePeriodSeconds: null, verify: true };
}

/** A copy without a node, past its time. A creation time that is missing counts as past. */
function unschedulable(physical: PodObject, context: ReconcileContext): PodAction | null {
  if (isBound(physical) || !context.physicalSynced) return null;
  const deadline = deadlineOf(physical);
  if (deadline !== null && context.now < deadline) return null;
  const { namespace, name, uid } = physical.metadata;
  const message = `Physical pod ${namespace}/${name} failed to schedule within 5m0s timeout`;
  const report = warning(PodReason.FailedSchedulingPod, message);
  return { kind: 'unschedulable', physicalUid: uid, deadline, verify: true, report };
}

function deadlineOf({ metadata }: PodObject): EpochMillis | null {
  const created = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(created) ? null : created + SCHEDULING_TIMEOUT_MILLIS;
}

/** A copy that does not say what it was written from is not updated. */
function change(virtual: PodObject, physical: PodObject, context: ReconcileContext): PodAction {
  const written = physical.metadata.annotations?.[Annotation.SpecHash];
  const wanted = specHash(virtual);
  if (!written) return { kind: 'none', because: 'harmony' };
  const drift = written === wanted ? metadataDrift(virtual, physical, context) : null;
  if (written === wanted && drift === null) return { kind: 'none', because: 'harmony' };
  return { kind: 'specChanged', physicalUid: physical.metadata.uid, specHash: wanted, drift };
}
