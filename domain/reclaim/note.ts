import type { ReclaimPlan } from './plan';

/** What a vnode tells about its reclaim: the conditions are computed from it. */
export interface ReclaimNote {
  /** As in the workflow's state. */
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  /** Why the node counts as stuck; absent: it does not. */
  readonly stuck?: string;
}

/**
 * The note about a reclaim; `null` while the node is lent. Verified is told as Closed, which follows in a moment: a thousand nodes
 * may come to it in the same second, and each would be written twice.
 */
export function noteOf({ phase, reason, message, stuck }: ReclaimPlan): ReclaimNote | null {
  const told = phase === 'Verified' ? 'Closed' : phase;
  return phase === 'Open' ? null : { phase: told, reason, message, ...(stuck === null ? {} : { stuck }) };
}

/** Value of annotation `kubeocean.io/reclaim`. Equal notes give equal text. */
export function encodeNote({ phase, reason, message, stuck }: ReclaimNote): string {
  return JSON.stringify({ phase, reason, message, stuck });
}

/** Reads that annotation; `null` where there is none, or somebody broke it. */
export function decodeNote(annotation: string | undefined): ReclaimNote | null {
  if (annotation === undefined) return null;
  try {
    const { phase, reason, message, stuck } = JSON.parse(annotation) as Record<string, unknown>;
    const isComplete = typeof phase === 'string' && typeof reason === 'string' && typeof message === 'string';
    return isComplete ? { phase, reason, message, ...(typeof stuck === 'string' ? { stuck } : {}) } : null;
  } catch {
    return null;
  }
}
