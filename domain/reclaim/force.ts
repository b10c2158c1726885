import { toRfc3339 } from '../conditions';
import type { EpochMillis } from '../windows';
import { isActive, namesOf, type PhysicalPod, type ReclaimPod, untouched } from './pods';
import type { AskedReclaim } from './timeline';

/** What decides how pods are made to go once the grace is over. */
export interface ForceFacts {
  /** Virtual pods that have to go. */
  readonly exposed: readonly ReclaimPod[];
  /** UIDs of virtual pods that may stay. */
  readonly staying: readonly string[];
  /** Pods of ours on the node in the physical cluster, ended ones too; `null` while that was not read. */
  readonly physicalLeft: readonly PhysicalPod[] | null;
  readonly asked: AskedReclaim | null;
  /** Since when pods are being deleted. */
  readonly since: EpochMillis;
  /** Milliseconds after which a node that is not empty counts as stuck. */
  readonly stuckAfterMillis: number;
  readonly now: EpochMillis;
}

/** What to do about pods once the grace is over. */
export interface ForceStep {
  /** The physical cluster was read, and nothing is there that has to go. */
  readonly empty: boolean;
  /** UIDs of virtual pods to delete, each with its own termination grace. */
  readonly remove: readonly string[];
  /** What to delete without any grace on both sides; only because somebody asked for it. */
  readonly kill: Kill;
  /** Why the node counts as stuck; `null`: it does not. */
  readonly stuck: string | null;
  /** When it may begin to count as stuck. */
  readonly stuckAt: EpochMillis | null;
}

/** Pods to delete with grace 0. */
export interface Kill {
  /** UIDs. */
  readonly virtual: readonly string[];
  readonly physical: readonly PhysicalPod[];
}

/** Nothing to delete without grace. */
export const NOBODY: Kill = { virtual: [], physical: [] };

/**
 * How pods are made to go: each is deleted once, with its own termination grace, and then awaited. A node that is not
 * empty long after is stuck, which is said and nothing else: a pod that is deleted without grace may still run on a
 * machine that is only cut off, so that is done only for somebody who asks for it after the node was stuck.
 */
export function forceStep(facts: ForceFacts): ForceStep {
  const exposed = facts.exposed.filter((pod) => !isLateComer(pod, facts.since));
  const left = exposed.filter((pod) => isActive(pod) && (!pod.deleting || pod.copied === true));
  const physical = (facts.physicalLeft ?? []).filter(({ virtualUid }) => virtualUid === null || !facts.staying.includes(virtualUid));
  const empty = facts.physicalLeft !== null && left.length === 0 && physical.length === 0;
  const stuckAt = Math.max(facts.since + facts.stuckAfterMillis, ...exposed.map(({ goneBy }) => goneBy ?? 0));
  const stuck = facts.physicalLeft !== null && !empty && facts.now >= stuckAt;
  return {
    empty,
    remove: untouched(exposed),
    kill: stuck && isKillAsked(facts, stuckAt) ? { virtual: exposed.map(({ uid }) => uid).sort(), physical } : NOBODY,
    stuck: stuck ? describe(facts, physical.length > 0 ? physical : left) : null,
    stuckAt: empty || stuck ? null : stuckAt,
  };
}

function isKillAsked({ asked }: ForceFacts, stuckAt: EpochMillis): boolean {
  return asked?.graceSeconds === 0 && asked.at >= stuckAt;
}

function describe({ since }: ForceFacts, pods: readonly Pick<ReclaimPod, 'namespace' | 'name'>[]): string {
  return `Pods are left since ${toRfc3339(since)}: ${namesOf(pods).join(', ')}.`;
}

/**
 * A pod without a copy that came after force began: it tolerates everything, so it would come again as often as it is
 * deleted. It gets no copy, and waits until the node is lent again.
 */
function isLateComer({ copied, createdAt }: ReclaimPod, since: EpochMillis): boolean {
  return copied !== true && createdAt !== undefined && createdAt > since;
}
