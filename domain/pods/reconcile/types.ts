import type { MissingNeed } from '../dependencies/needs';
import type { PodReport } from '../reasons';
import type { VirtualStatusPatch } from '../status/virtual-pod-status';
import type { EpochMillis, Ownership, PodObject } from '../types';
import type { IgnoredBecause } from './ignored';

/** Both sides of one key: the virtual pod, and what holds its name in the mount namespace. */
export interface PodPair {
  readonly virtual: PodObject | null;
  readonly physical: PodObject | null;
  /**
   * True: the copy of this very virtual pod is positively known to be gone (tombstone of a terminating pod, or a quorum read).
   * Default false: absence is only what a list says.
   */
  readonly physicalGone?: boolean;
  /** True: the virtual pod that the copy names was last seen as it was deleted without any grace. Default false. */
  readonly forced?: boolean;
}

/**
 * What the vnode of a pod allows:
 * - `lent`: pods start; - `paused`: no new ones; - `closing`: it is given back, a pod without a copy is turned away;
 * - `reclaimed`: the lender has it for now, only pods that tolerate that by name start; - `emptied`: not even they;
 * - `foreign`: not a vnode of this binding, or gone.
 */
export type VnodeState = 'lent' | 'paused' | 'closing' | 'reclaimed' | 'emptied' | 'foreign';

/** What besides the two pods decides. */
export interface ReconcileContext extends Ownership {
  readonly vnode: VnodeState;
  /** The binding's switch for DaemonSet pods. Default false. */
  readonly runningDaemonsetByDefault?: boolean;
  /** Whether the list of V is complete and fresh; absence there counts only then. */
  readonly virtualSynced: boolean;
  /** Whether the list of P is complete and fresh; absence there counts, and status is mirrored, only then. */
  readonly physicalSynced: boolean;
  readonly now: EpochMillis;
}

/** Why a copy must go. */
export type DeleteBecause =
  /** Somebody deleted the virtual pod. */
  | 'VirtualPodDeleting'
  /** The virtual pod is not there any more. */
  | 'VirtualPodGone'
  /** The virtual pod has ended, by the word of its own cluster, and the copy runs on. */
  | 'VirtualPodEnded'
  /** Ours by its labels, but no virtual pod's copy by its annotations and name. */
  | 'Orphan'
  /** It names a virtual pod that knows its copy by another UID. */
  | 'Impostor';

/**
 * The one thing to do for a key. Where an action carries `verify: true` it rests on absence or on a list that may be behind:
 * a quorum read of the other side must confirm it first. Every delete has the UID here as precondition.
 */
export type PodAction =
  | { readonly kind: 'none'; readonly because: NoneBecause }
  /** The pod is none of our business while it lives. */
  | { readonly kind: 'ignored'; readonly because: IgnoredBecause }
  /** Create the copy. */
  | { readonly kind: 'admit' }
  /** The pod requires what is not carried over. */
  | { readonly kind: 'waitDependency'; readonly needs: readonly MissingNeed[]; readonly report: PodReport }
  /** The name belongs to an object that is not ours and is not touched. */
  | { readonly kind: 'notOwned'; readonly report: PodReport }
  /** The copy of an earlier pod holds the name; delete it unless that is under way, then look again. */
  | {
      readonly kind: 'replaceWait';
      readonly physicalUid: string;
      readonly delete: boolean;
      readonly gracePeriodSeconds: number | null;
      readonly verify: true;
    }
  /** Delete the copy. `gracePeriodSeconds` null: the copy's own. */
  | {
      readonly kind: 'delete';
      readonly physicalUid: string;
      readonly because: DeleteBecause;
      readonly gracePeriodSeconds: number | null;
      readonly verify: boolean;
    }
  /** Delete the virtual pod with grace 0: nothing of it runs. */
  | { readonly kind: 'finalize'; readonly virtualUid: string; readonly verify: boolean }
  /** Delete the virtual pod with grace 0: its node is given back and it never ran. */
  | { readonly kind: 'turnAway'; readonly virtualUid: string; readonly verify: true; readonly report: PodReport }
  /** The copy is gone: the virtual pod has failed. */
  | { readonly kind: 'lost'; readonly verify: boolean; readonly report: PodReport }
  /** Carry the virtual pod's changes over. `drift`: what was changed over there instead; null: nothing. */
  | { readonly kind: 'specChanged'; readonly physicalUid: string; readonly specHash: string; readonly drift: string | null }
  /** The physical scheduler had its time: delete the copy, if it still has no node. */
  | {
      readonly kind: 'unschedulable';
      readonly physicalUid: string;
      readonly deadline: EpochMillis | null;
      readonly verify: true;
      readonly report: PodReport;
    };

/**
 * Why there is nothing to do: both agree; the pod has ended; neither is there; no node is chosen; a deletion is under way;
 * others' finalizers hold the pod; not our object or vnode; no creates for now; the lender has the node for now; a list is not fresh.
 */
export type NoneBecause =
  | 'harmony'
  | 'terminal'
  | 'absent'
  | 'unbound'
  | 'terminating'
  | 'finalizers'
  | 'notOurs'
  | 'paused'
  | 'reclaimed'
  | 'unsynced';

/** What to do for one key now. */
export interface PodDecision {
  readonly action: PodAction;
  /** Status and annotations to write onto the virtual pod, whatever the action; null: it tells the truth already. */
  readonly mirror: VirtualStatusPatch | null;
  /** When time alone changes the answer; null: only an event does. */
  readonly lookAgainAt: EpochMillis | null;
}
