import type { EpochMillis } from '../windows';
import { decodeOverride, type NextOpening, type ReadOverride } from './annotation';
import { isSpent } from './effective';
import type { LeaseOverride } from './types';

/** Everything that may tell of an override. */
export interface KnownOverride {
  /** As the workflow remembers it; `null`: it remembers none, perhaps because it began afresh. */
  readonly kept: LeaseOverride | null;
  /** When the override was asked for that the workflow has ended; the annotation may still tell of it. Default none. */
  readonly endedAt?: EpochMillis | null;
  /** The vnode's annotation. */
  readonly annotation?: string;
}

/** The override that counts: the workflow's own, else the annotation's, unless it has had its day or was ended. */
export function countingOverride(
  known: KnownOverride | undefined,
  nextOpening: NextOpening,
  now: EpochMillis,
): ReadOverride {
  const { kept = null, annotation, endedAt } = known ?? {};
  const read = kept === null ? decodeOverride(annotation, nextOpening) : { override: kept, fault: null };
  const { override } = read;
  if (override === null) {
    return read;
  }
  const isEnded = kept === null && override.at <= (endedAt ?? -Infinity);
  return isEnded || isSpent(override, now) ? { override: null, fault: null } : read;
}
