import type { Taint } from 'kubernetes-types/core/v1';
import { Taint as TaintKey } from '../../api/names/keys';
import { toRfc3339 } from '../conditions';
import type { NodeObject, VnodeBinding } from './types';

/** Effect of the taint `kubeocean.io/out-of-time-windows`; `null`: no taint. */
export type WindowTaintEffect = 'PreferNoSchedule' | 'NoSchedule' | 'NoExecute' | null;

/** What decides the taints of a vnode. */
export interface TaintFacts {
  readonly binding: VnodeBinding;
  readonly physical: NodeObject;
  /** From the reclaim plan. */
  readonly windowTaint: WindowTaintEffect;
  /** When the reclaim began, from its plan; `null`: not known. */
  readonly windowSince: number | null;
  /** The physical cluster has not answered for so long that nothing new should be scheduled there. */
  readonly clusterUnreachable: boolean;
  /** The vnode as it is, `null` before it exists. */
  readonly live: NodeObject | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Keys that only we put on a vnode; one of that name on a physical node is not copied. */
const OWN_KEYS: readonly string[] = [
  TaintKey.Vnode,
  TaintKey.PhysicalUnschedulable,
  TaintKey.OutOfTimeWindows,
  TaintKey.VnodeDeleting,
  TaintKey.ClusterUnreachable,
];

/** Whether only we put a taint of that key on a vnode: it is there if and only if we want it. */
export function isOwnTaint(key: string): boolean {
  return OWN_KEYS.includes(key);
}

/**
 * Taints that a lent vnode should have, before the merge with those that others put there (spec leasing.md 7.9): the
 * physical ones in order with the cordon renamed, then our own. Times of taints that are there already are kept.
 */
export function desiredTaints(facts: TaintFacts): Taint[] {
  const live = facts.live?.spec?.taints ?? [];
  const desired = [...physicalTaints(facts.physical), ...ownTaints(facts)];
  return desired.map((taint) => keepTime(taint, live));
}

function physicalTaints({ spec }: NodeObject): Taint[] {
  const taints = spec?.taints ?? [];
  // Its controller adds the taint of a cordon a moment later, or not at all while it is down.
  const isCordonUntold = spec?.unschedulable === true && !taints.some(({ key }) => key === TaintKey.NodeUnschedulable);
  const cordon = isCordonUntold ? [{ key: TaintKey.NodeUnschedulable, effect: 'NoSchedule' }] : [];
  return [...taints, ...cordon].filter(({ key }) => !isOwnTaint(key)).map(renameCordon);
}

/** The virtual cluster maintains `node.kubernetes.io/unschedulable` from its own cordon, so it needs another name. */
function renameCordon(taint: Taint): Taint {
  const { key, value, effect } = taint;
  return key === TaintKey.NodeUnschedulable ? { key: TaintKey.PhysicalUnschedulable, value, effect } : taint;
}

function ownTaints({ binding, clusterUnreachable, ...facts }: TaintFacts): Taint[] {
  const taints: (Taint | false)[] = [
    binding.disableNodeDefaultTaint !== true && { key: TaintKey.Vnode, effect: 'NoSchedule' },
    windowTaint(facts),
    clusterUnreachable && { key: TaintKey.ClusterUnreachable, value: 'true', effect: 'NoSchedule' },
  ];
  return taints.filter((taint) => taint !== false);
}

/** A notice has no time: what the taint's time tells is when the reclaim began. */
function windowTaint({ windowTaint: effect, windowSince, now }: Pick<TaintFacts, 'windowTaint' | 'windowSince' | 'now'>): Taint | false {
  const taint = { key: TaintKey.OutOfTimeWindows, value: 'true' };
  if (effect === null) {
    return false;
  }
  return effect === 'PreferNoSchedule' ? { ...taint, effect } : { ...taint, effect, timeAdded: toRfc3339(windowSince ?? now) };
}

/** When the reclaim of a vnode began, as its taint tells, in epoch milliseconds; `null` where none has. */
export function reclaimBeganAt({ spec }: Pick<NodeObject, 'spec'>): number | null {
  const taint = spec?.taints?.find(({ key }) => key === TaintKey.OutOfTimeWindows);
  const instant = Date.parse(taint?.timeAdded ?? '');
  return Number.isNaN(instant) ? null : instant;
}

/**
 * For the window taint the time survives a change of effect: it says when the window closed, not when force began.
 * For a copied one the virtual cluster's own node lifecycle controller may have put the same taint there first.
 */
function keepTime(taint: Taint, live: readonly Taint[]): Taint {
  const isWindow = taint.key === TaintKey.OutOfTimeWindows;
  if (isWindow && taint.timeAdded === undefined) {
    return taint;
  }
  const existing = live.find(({ key, effect }) => key === taint.key && (effect === taint.effect || isWindow));
  return existing?.timeAdded === undefined ? taint : { ...taint, timeAdded: existing.timeAdded };
}

/** Whether two lists hold the same taints; their order means nothing to Kubernetes and is no reason to write. */
export function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  return a.length === b.length && a.every((taint) => b.some((other) => isSameTaint(taint, other)));
}

function isSameTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect && (a.value ?? '') === (b.value ?? '') && a.timeAdded === b.timeAdded;
}
