import { earliest } from '../time/earliest';
import type { EpochMillis } from '../windows';
import { isActive, isMirrored, type ReclaimPod } from './pods';
import { protectedUntil } from './toleration';

/** The pods of a node, sorted by what their tolerations do for them. */
export interface Protection {
  /** Active pods that may stay for now. */
  readonly protectedPods: readonly ReclaimPod[];
  /** Pods that have to go. */
  readonly exposed: readonly ReclaimPod[];
  /** When the first protection ends. */
  readonly protectionEnds: EpochMillis | null;
}

/**
 * Who may stay when the node is reclaimed by force.
 * @param since when force began, or will
 * @param options.now `Infinity` asks for those who may stay for good
 */
export function splitByProtection(
  pods: readonly ReclaimPod[],
  since: EpochMillis,
  options: { readonly now: EpochMillis; readonly evictTolerating: boolean },
): Protection {
  const { now, evictTolerating } = options;
  const mirrored = pods.filter(isMirrored).map((pod) => ({
    pod,
    until: evictTolerating ? null : protectedUntil(pod.tolerations, since),
  }));
  const isProtected = ({ until }: (typeof mirrored)[number]) => until === 'Forever' || (until !== null && until > now);
  const staying = mirrored.filter(isProtected);
  const ends = staying.map(({ until }) => (until === 'Forever' ? null : until));
  return {
    protectedPods: staying.map(({ pod }) => pod).filter(isActive),
    exposed: mirrored.filter((entry) => !isProtected(entry)).map(({ pod }) => pod),
    protectionEnds: earliest(...ends),
  };
}
