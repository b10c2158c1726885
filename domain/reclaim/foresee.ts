import type { EpochMillis } from '../windows';
import { isActive, isMirrored, longestStop, type ReclaimPod } from './pods';
import { splitByProtection } from './protection';
import type { ReclaimTerms } from './terms';
import { timelineOf } from './timeline';

/** A window that is going to close over the pods of a node. */
export interface ForeseenFacts {
  readonly terms: ReclaimTerms;
  readonly closesAt: EpochMillis;
  readonly pods: readonly ReclaimPod[];
  readonly now: EpochMillis;
}

/** When the steps of its reclaim are due, and for whom. */
export interface ForeseenReclaim {
  /** `null`: without notice. */
  readonly noticeAt: EpochMillis | null;
  /** From then on no new pods. */
  readonly beginsAt: EpochMillis;
  /** From then on pods are deleted; `null`: never. */
  readonly deadline: EpochMillis | null;
  /** Pods that have to go. */
  readonly exposed: readonly ReclaimPod[];
  /** Pods that stay for good. */
  readonly staying: readonly ReclaimPod[];
}

/** What the end of a window will mean, by the rules of the reclaim, if nothing changes until then. */
export function reclaimOf({ terms, closesAt, pods, now }: ForeseenFacts): ForeseenReclaim {
  const mirrored = pods.filter(isMirrored);
  const { exposed, protectedPods } = splitByProtection(mirrored, closesAt, {
    now: Infinity,
    evictTolerating: terms.evictTolerating,
  });
  const { noticeAt, beginsAt, deadline } = timelineOf(
    {
      ...{ window: { open: true, closesAt }, terms, announcedEnd: closesAt, now },
      ...{ edge: null, asked: null, forcedAt: null, forcedSince: null },
    },
    longestStop(exposed.filter(isActive)),
  );
  const begins = beginsAt ?? closesAt;
  return deadline === null
    ? { noticeAt, beginsAt: begins, deadline, exposed: [], staying: mirrored }
    : { noticeAt, beginsAt: begins, deadline, exposed, staying: protectedPods };
}
