import { Annotation, Taint as TaintKey } from '../../api/names/keys';
import { toRfc3339 } from '../conditions';
import { announcedBeginning, beginningOf, type ReclaimTerms } from '../reclaim';
import type { WindowState } from '../windows';
import type { VnodePatch } from './plan';
import type { NodeObject } from './types';

/** What decides whether the calendar alone keeps new pods from a lent vnode. */
export interface EdgeFacts {
  readonly window: WindowState;
  readonly terms: ReclaimTerms;
  readonly live: NodeObject;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What a window's end asks for at once, before anything else about the reclaim is decided. */
export interface EdgeTaint {
  /** Keeps new pods away; `null`: not due, or there. */
  readonly patch: VnodePatch | null;
  /** When it will be due as things stand, epoch milliseconds; `null`: never, or it is. */
  readonly dueAt: number | null;
}

/**
 * The taint `out-of-time-windows` with effect NoSchedule, as soon as the reclaim that a window's end begins is due. It evicts nobody:
 * NoExecute, the note and everything that follows are the node's workflow's, which takes the time of the taint for the beginning.
 */
export function edgeTaint({ window, terms, live, now }: EdgeFacts): EdgeTaint {
  const announcedEnd = announcedEndOf(live);
  const edge = announcedBeginning({ terms, announcedEnd, now });
  const beginsAt = beginningOf({ window, terms, edge, announcedEnd, now });
  if (beginsAt === null || beginsAt > now) {
    return { patch: null, dueAt: beginsAt };
  }
  return { patch: taintedFrom(live, beginsAt), dueAt: null };
}

function taintedFrom({ metadata, spec }: NodeObject, beginsAt: number): VnodePatch | null {
  const taints = spec?.taints ?? [];
  const isWindow = ({ key }: { key: string }) => key === TaintKey.OutOfTimeWindows;
  if (taints.some((taint) => isWindow(taint) && taint.effect !== 'PreferNoSchedule')) {
    return null;
  }
  const taint = { key: TaintKey.OutOfTimeWindows, value: 'true', effect: 'NoSchedule', timeAdded: toRfc3339(beginsAt) };
  return {
    metadata: { resourceVersion: metadata.resourceVersion },
    spec: { taints: [...taints.filter((other) => !isWindow(other)), taint] },
  };
}

/** The end of the lease that a vnode tells borrowers, in epoch milliseconds; `null` where it tells none. */
export function announcedEndOf(live: Pick<NodeObject, 'metadata'> | null): number | null {
  const end = Date.parse(live?.metadata.annotations?.[Annotation.LeaseEndsAt] ?? '');
  return Number.isNaN(end) ? null : end;
}
