import type { Pod } from 'kubernetes-types/core/v1';
import { unsupportedNeeds, waitingReport } from '../../domain/pods/dependencies/needs';
import { isCopyOf, isOurs } from '../../domain/pods/identity/ownership';
import { isTerminal } from '../../domain/pods/predicates';
import { mayStart } from '../../domain/pods/reconcile/may-start';
import { hadPhysicalPod } from '../../domain/pods/reconcile/name-holder';
import { failedCreateReport, nodeClosingReport, PodReason, warning } from '../../domain/pods/reasons';
import type { PodReport } from '../../domain/pods/reasons';
import { serviceAccountOf } from '../../domain/pods/tokens/token-requests';
import { usesClusterDns } from '../../domain/pods/translation/dns';
import { toPhysicalPod } from '../../domain/pods/translation/to-physical-pod';
import type { PhysicalPod } from '../../domain/pods/translation/to-physical-pod';
import type { PodObject } from '../../domain/pods/types';
import { isKubeError, Pods } from '../../kube';
import type { KubeError } from '../../kube';
import type { CreateOutcome, VirtualPodRef } from '../../workflows/contracts/activities';
import { ensureCopies } from '../copies/ensure-copies';
import type { Fleet } from '../fleet/fleet';
import { isClosing, isPaused, vnodeState } from '../fleet/vnodes';
import { missingClasses } from './missing-classes';
import { ensurePriorityClass } from './priority-class';
import { reportOnPod } from './report';
import { copierFor, subjectOf, translationOf } from './subject';
import type { Subject, Translation } from './subject';
import { ensureTokens } from './token-secrets';

const CREATED: CreateOutcome = { result: 'created' };
const GONE: CreateOutcome = { result: 'gone' };
/** The watch finds it out as well, and has it marked. */
const LOST: CreateOutcome = { result: 'waiting', reason: 'its physical pod is gone', signalled: true };

/** What a person has to mend: the spec, a right or a quota, the mount namespace. */
const REFUSALS = ['InvalidSpec', 'Unauthorized', 'NotFound'] as const;

/**
 * Makes the physical pod of one vPod: what it cannot start without, the pod itself, then its tokens (a kubelet waits for
 * mounts anyway). Safe to repeat at any point and from two processes at once: the deterministic name is the lock.
 *
 * @returns `waiting` where something is missing that may appear; an event on the vPod says what
 * @throws KubeError, CredentialsFault, BindingGone: try again
 */
export async function placePod(fleet: Fleet, ref: VirtualPodRef, vPod: PodObject): Promise<CreateOutcome> {
  if (vPod.metadata.deletionTimestamp !== undefined || isTerminal(vPod)) return GONE;
  const subject = await subjectOf(fleet, ref);
  if (hadPhysicalPod(vPod)) {
    if (!(await stands(subject, vPod))) return LOST;
    return tokensOf(fleet, subject, vPod, toPhysicalPod(vPod, await translationOf(fleet, subject, ref.node)));
  }
  const hold = await holdBack(fleet, subject, vPod);
  return hold ?? counted(fleet, ref.binding, translationOf(fleet, subject, ref.node).then((translation) => placeNew(fleet, subject, vPod, translation)));
}

/** A step that throws is one that failed, too. */
async function counted({ observer }: Fleet, binding: string, step: Promise<CreateOutcome>): Promise<CreateOutcome> {
  let created = false;
  try {
    const outcome = await step;
    created = outcome.result === 'created';
    return outcome;
  } finally {
    observer.podPlaced(binding, created);
  }
}

async function placeNew(fleet: Fleet, subject: Subject, vPod: PodObject, translation: Translation): Promise<CreateOutcome> {
  const nameless = unresolvedDns(subject, vPod, translation);
  if (nameless !== null) return waiting(fleet, vPod, nameless);
  const plan = toPhysicalPod(vPod, translation);
  const { waiting: lacking, warning: notice, signalled } = await ensureCopies(copierFor(fleet, subject), plan.needs);
  if (notice !== null) void reportOnPod(fleet, vPod, notice);
  if (lacking !== null) return { ...waiting(fleet, vPod, lacking), signalled };
  const refused = await post(fleet, subject, vPod, plan);
  if (refused !== null) return refused;
  return tokensOf(fleet, subject, vPod, plan);
}

/** The resolver of a pod is fixed for its life: one that cannot be told yet is waited for. */
function unresolvedDns({ binding }: Subject, vPod: PodObject, { unresolvedDns: name }: Translation): PodReport | null {
  if (name === null || !usesClusterDns(vPod)) return null;
  const field = `for pods of ClusterBinding ${binding.metadata.name}`;
  return waitingReport([{ kind: 'DNS server', name, field, why: 'its name does not resolve' }]);
}

/** Whether the pod's own copy is there. A pod that had one is never started a second time. */
async function stands({ physical, physicalKey }: Subject, vPod: PodObject): Promise<boolean> {
  const holder = (await physical.client.get<Pod>(Pods, physicalKey)) as PodObject | null;
  return holder !== null && isCopyOf(holder, vPod);
}

/** The pod stands; without its tokens its kubelet waits, and the pod says for what. */
async function tokensOf(fleet: Fleet, subject: Subject, vPod: PodObject, { tokens }: PhysicalPod): Promise<CreateOutcome> {
  try {
    await ensureTokens(fleet, subject, vPod, tokens);
    return CREATED;
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
    const account = { kind: 'ServiceAccount', name: serviceAccountOf(vPod), field: 'spec.serviceAccountName' } as const;
    return waiting(fleet, vPod, waitingReport([{ ...account, why: 'no token is issued for it' }]));
  }
}

/** Reasons not to create now: the node goes back, somebody paused, or the pod needs what is not carried over. */
async function holdBack(fleet: Fleet, subject: Subject, vPod: PodObject): Promise<CreateOutcome | null> {
  const vnode = fleet.virtual.nodes.store.get(vPod.spec.nodeName ?? '');
  if (isClosing(vnode)) return turnAway(fleet, subject, vPod);
  if (!mayStart(vPod, vnodeState(vnode, subject.binding))) return { result: 'waiting', reason: 'the lender has the node for now' };
  if (isPaused(subject.binding, vnode)) return { result: 'waiting', reason: 'Paused' };
  const needs = unsupportedNeeds(vPod);
  return needs.length === 0 ? null : { ...waiting(fleet, vPod, waitingReport(needs)), signalled: true };
}

/** A pod that never ran on a node that is given back is deleted at once, so that its controller finds it another one. */
async function turnAway(fleet: Fleet, { physical, physicalKey }: Subject, vPod: PodObject): Promise<CreateOutcome | null> {
  if ((await physical.client.get(Pods, physicalKey)) !== null) return null;
  void reportOnPod(fleet, vPod, nodeClosingReport(vPod.spec.nodeName ?? ''));
  await fleet.virtual.client.remove(Pods, vPod.metadata, { uid: vPod.metadata.uid, gracePeriodSeconds: 0 });
  return GONE;
}

/** What an API server forbids it explains in its message only, which may quote anything. */
const WHOM_TO_ASK = "quotas, pod security, webhooks or rights there refuse it: ask the physical cluster's owner";

function isRefusal(error: unknown): error is KubeError {
  return REFUSALS.some((code) => isKubeError(error, code));
}

/** @returns null when the pod stands */
async function post(
  fleet: Fleet,
  subject: Subject,
  vPod: PodObject,
  { pod }: PhysicalPod,
): Promise<CreateOutcome | null> {
  const { client } = subject.physical;
  try {
    await client.create<Pod>(Pods, pod, { metadataOnly: true });
    return null;
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return whoHolds(fleet, subject, vPod);
    if (await ensurePriorityClass(subject, error)) return post(fleet, subject, vPod, { pod } as PhysicalPod);
    const missing = await missingClasses(subject, pod, error);
    if (missing.length > 0) return waiting(fleet, vPod, waitingReport(missing));
    if (isRefusal(error)) return waiting(fleet, vPod, failedCreateReport(error.status === 403 ? `${error.message}; ${WHOM_TO_ASK}` : error.message));
    throw error;
  }
}

/** The name is taken: by this very pod's copy, by its predecessor's, or by a stranger. */
async function whoHolds(fleet: Fleet, subject: Subject, vPod: PodObject): Promise<CreateOutcome | null> {
  const holder = (await subject.physical.client.get<Pod>(Pods, subject.physicalKey)) as PodObject | null;
  const { namespace, name } = subject.physicalKey;
  if (holder !== null && !isOurs(holder, subject.ownership)) {
    const message = `Pod ${namespace}/${name} in the physical cluster is not ours`;
    return waiting(fleet, vPod, warning(PodReason.PhysicalPodNotOwned, message));
  }
  if (holder !== null && isCopyOf(holder, vPod)) return null;
  return { result: 'waiting', reason: 'an earlier pod of that name is still stopping' };
}

function waiting(fleet: Fleet, vPod: PodObject, report: PodReport): Extract<CreateOutcome, { result: 'waiting' }> {
  void reportOnPod(fleet, vPod, report);
  return { result: 'waiting', reason: `${report.reason}: ${report.message}` };
}
