import { isDeleting, isOurs, nameHolder, physicalName, reconcilePod, virtualPodOf } from '../pods';
import type { EpochMillis, Ownership, PodAction, PodDecision, PodObject, PodPair, VirtualStatusPatch, VnodeState } from '../pods';
import { changedKeys, changedPaths, refusalKey } from './changed-paths';
import type { Sources } from './sources';
import { waitsFor } from './sources';
import { finding, objectIn, pathOf } from './types';
import type { AuditedObject, Finding, FindingKind, WaitingPod } from './types';

/** What the virtual API server does not let the mirror write. */
export interface PodRefusals {
  /** What it does not take or keep of a status, by {@link changedPaths}. */
  readonly unkept: ReadonlySet<string>;
  /** Changes of labels and annotations that its admission refuses, by {@link refusalKey}. */
  readonly refused: ReadonlySet<string>;
}

/** Both sides' pods as one look found them, for one binding. */
export interface PodAuditFacts extends PodRefusals {
  readonly ownership: Ownership;
  readonly runningDaemonsetByDefault?: boolean;
  /** Every bound pod of the virtual cluster. */
  readonly virtualPods: readonly PodObject[];
  /** Every pod of the mount namespace, whoever made it. */
  readonly mountPods: readonly PodObject[];
  readonly vnodeState: (vnode: string) => VnodeState;
  readonly sources: Sources;
  readonly now: EpochMillis;
}

/** Findings, and pods that wait for good reason. */
export interface PodAudit {
  readonly findings: readonly Finding[];
  readonly waiting: readonly WaitingPod[];
}

/** How long after the end of its grace a pod may still be there. */
export const STUCK_MILLIS = 60_000;

/** Compares every pod of both sides by the rule that the watch goes by: {@link reconcilePod}. */
export function auditPods(facts: PodAuditFacts): PodAudit {
  const pairs = [...pairsOf(facts)].sort(([a], [b]) => (a < b ? -1 : 1));
  const looks = pairs.map(([, pair]) => look(pair, facts));
  return { findings: looks.flatMap((one) => one.findings), waiting: looks.flatMap((one) => one.waiting) };
}

/** By the name in the mount namespace, which is what the two sides have in common. */
function pairsOf({ virtualPods, mountPods, vnodeState, ownership }: PodAuditFacts): Map<string, PodPair> {
  const virtual = new Map(virtualPods.map((pod) => [physicalName(pod.metadata.name, pod.metadata.namespace), pod]));
  const physical = new Map(mountPods.map((pod) => [pod.metadata.name, pod]));
  const own = mountPods.filter((pod) => isOurs(pod, ownership)).map(({ metadata }) => metadata.name);
  const here = [...virtual].filter(([, pod]) => vnodeState(pod.spec.nodeName ?? '') !== 'foreign').map(([key]) => key);
  return new Map(
    [...new Set([...own, ...here])].map((key) => [key, { virtual: virtual.get(key) ?? null, physical: physical.get(key) ?? null }]),
  );
}

function look(pair: PodPair, facts: PodAuditFacts): PodAudit {
  const { ownership, now, runningDaemonsetByDefault } = facts;
  const vnode = facts.vnodeState(pair.virtual?.spec.nodeName ?? '');
  const context = { ...ownership, vnode, runningDaemonsetByDefault, virtualSynced: true, physicalSynced: true, now };
  const decision = reconcilePod(pair, context);
  const waiting = waitingOf(decision.action, pair, facts);
  if (waiting !== null) return { findings: [], waiting: [waiting] };
  return { findings: findingsOf(decision, pair, facts), waiting: [] };
}

function waitingOf(action: PodAction, { virtual }: PodPair, { ownership, sources }: PodAuditFacts): WaitingPod | null {
  if (virtual === null) return null;
  const why = action.kind === 'waitDependency' ? action.report.message : action.kind === 'admit' ? waitsFor(virtual, sources) : null;
  const { namespace, name } = virtual.metadata;
  return why === null ? null : { binding: ownership.binding, namespace, name, why };
}

function findingsOf({ action, mirror }: PodDecision, pair: PodPair, facts: PodAuditFacts): Finding[] {
  const { ownership, now } = facts;
  const { binding } = ownership;
  const found: Finding[] = [];
  const verdict = verdictOf(action, pair, ownership);
  if (verdict !== null) {
    const { kind, on, cause, advice } = verdict;
    const pod = on === 'virtual' ? pair.virtual : pair.physical;
    if (pod !== null) found.push(finding({ kind, binding, object: objectIn(on, 'Pod', pod), cause, ...(advice && { advice }) }));
  }
  const untold = mirror === null || pair.virtual === null ? [] : untoldOf(pair.virtual, mirror, facts);
  return [...found, ...untold, ...stuck(pair, binding, now)];
}

/** What a virtual pod does not tell of its copy, apart from what its cluster does not keep. */
function untoldOf(virtual: PodObject, { metadata, status = {} }: VirtualStatusPatch, { ownership: { binding }, unkept, refused }: PodAuditFacts): Finding[] {
  const common = { binding, object: objectIn('virtual', 'Pod', virtual) };
  const keys = changedKeys({ metadata });
  const isRefused = keys !== '' && refused.has(refusalKey(virtual, { metadata }));
  const found = isRefused ? [finding({ kind: 'Refused', ...common, cause: `admission in its cluster refuses ${keys}`, advice: REFUSED_ADVICE })] : [];
  const isStatusAlone = isRefused || keys === '';
  if (isStatusAlone && unkept.has(changedPaths(virtual, { metadata, status }))) return found;
  const fields = [...Object.keys(status), ...(isRefused ? [] : Object.keys(metadata.annotations ?? {}))].join(', ');
  if (fields === '') return found;
  return [...found, finding({ kind: 'Drift', ...common, cause: `its status does not say what that of its copy says: ${fields}` })];
}

const REFUSED_ADVICE =
  'Let admission policies and webhooks accept these keys on pods/status. Its status arrives without them, but kubectl logs and exec do not find the copy.';

interface Verdict {
  readonly kind: FindingKind;
  readonly on: AuditedObject['cluster'];
  readonly cause: string;
  readonly advice?: string;
}

/** What it means that there is something to do; null: nothing is wrong. */
function verdictOf(action: PodAction, pair: PodPair, ownership: Ownership): Verdict | null {
  switch (action.kind) {
    case 'none':
    case 'ignored':
    case 'waitDependency':
      return null;
    case 'notOwned':
      return {
        ...{ kind: 'NameTaken', on: 'physical', cause: `pod ${pair.virtual === null ? '' : pathOf(pair.virtual.metadata)} needs its name` },
        advice: 'Rename or remove this pod, which is not ours; the virtual pod starts then.',
      };
    case 'replaceWait':
      return action.delete ? orphan(pair, ownership) : null;
    case 'delete':
      return action.because === 'VirtualPodDeleting' ? DRIFTS.delete : orphan(pair, ownership);
    default:
      return DRIFTS[action.kind];
  }
}

const DRIFTS: Readonly<Record<Exclude<PodAction['kind'], 'none' | 'ignored' | 'waitDependency' | 'notOwned' | 'replaceWait'>, Verdict>> = {
  admit: { kind: 'Missing', on: 'virtual', cause: 'it has no copy in the physical cluster' },
  delete: drift('physical', 'its virtual pod is being deleted, and it was not asked to end'),
  finalize: drift('virtual', 'it is being deleted, and nothing of it is left in the physical cluster'),
  turnAway: drift('virtual', 'its node is being returned, and it never ran there'),
  lost: drift('virtual', 'its copy is gone, and its status does not say so'),
  specChanged: drift('physical', 'it was not updated since its virtual pod changed'),
  unschedulable: drift('physical', 'the physical scheduler has found no node for it in time'),
};

function drift(on: AuditedObject['cluster'], cause: string): Verdict {
  return { kind: 'Drift', on, cause };
}

function orphan(pair: PodPair, ownership: Ownership): Verdict {
  const named = pair.physical === null ? null : virtualPodOf(pair.physical);
  const holder = nameHolder(pair, ownership);
  const cause = holder === 'orphan' || named === null ? 'no virtual pod is found by its annotations and its name' : `its virtual pod ${pathOf(named)} with UID ${named.uid} is gone`;
  return { kind: 'Orphan', on: 'physical', cause };
}

/** A deletion time is the end of the grace. */
function stuck({ physical }: PodPair, binding: string, now: EpochMillis): Finding[] {
  if (physical === null || !isDeleting(physical)) return [];
  const overdue = now - Date.parse(physical.metadata.deletionTimestamp ?? '');
  if (!(overdue > STUCK_MILLIS)) return [];
  const node = physical.spec.nodeName;
  const advice = node ? `See whether the kubelet of the physical node ${node} works; finalizers of others hold a pod, too.` : 'See which finalizers hold it.';
  return [finding({ kind: 'Stuck', binding, object: objectIn('physical', 'Pod', physical), cause: 'its grace is over, and it has not ended', advice })];
}
