import { fnv1a32 } from '../hash';
import type { WindowEdge } from './evaluate';
import type { EpochMillis } from './zone';

/** So many wake at the same edge without being in each other's way. */
const FEW = 100;
/** What keeping new pods from one vnode takes, milliseconds: of all of them that comes first. */
const CLOSING_MILLIS = 6;
/** Between two that wake, milliseconds: about what one takes of two cores. */
const TURN_MILLIS = 10;

/**
 * When one of many that share an edge wakes for it: a few at the instant itself, more of them one after the other, each always at
 * the same place, and behind what has to happen at the instant, which must not hang on it (ADR 8).
 */
export function turnAt({ at, opens }: WindowEdge, name: string, many: number): EpochMillis {
  if (many <= FEW) {
    return at;
  }
  return at + (opens ? 0 : many * CLOSING_MILLIS) + (fnv1a32(name) % many) * TURN_MILLIS;
}
