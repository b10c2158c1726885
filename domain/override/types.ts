import type { EpochMillis, WindowEdge } from '../windows';

/**
 * What somebody asked of one live lease, against its calendar.
 * `extend`: it ends later; `shorten`: it ends earlier; `return`: the borrower gives it back; `reclaim`: the lender takes it back.
 */
export type OverrideKind = 'extend' | 'shorten' | 'return' | 'reclaim';

/** Who asked, and why: free text of people, told in events and in histories. */
export interface Asked {
  readonly by?: string;
  readonly reason?: string;
}

/** One override; a node has at most one, the last. It stands in the workflow's state and in an annotation of the vnode. */
export interface LeaseOverride extends Asked {
  readonly kind: OverrideKind;
  /** When the lease ends by it. */
  readonly until: EpochMillis;
  /** When the calendar counts again: the window's next opening; `null`: not before a resync. Without meaning for `extend`. */
  readonly expires: EpochMillis | null;
  /** Seconds from `until` to the eviction; only of `reclaim`. */
  readonly graceSeconds?: number;
  /** When it was asked for. */
  readonly at: EpochMillis;
}

/** How far a lease may outlast its window. */
export interface ExtensionLimits {
  /** The policy's `maxExtensionSeconds`. */
  readonly maxExtensionSeconds: number;
  /** When the window closed last; only of interest while it is closed. `null`: not in the last weeks, or never. */
  readonly closedAt: EpochMillis | null;
}

/** What a pass over the node found, kept so that a request can be answered without asking anybody. */
export interface LeaseTerms {
  /** Name of the policy that lends the node. */
  readonly policy: string;
  /** Whether its windows were open at the pass. */
  readonly open: boolean;
  /** When they had closed last; `null` while they were open. */
  readonly closedAt: EpochMillis | null;
  /** The next edges of its calendar, in order; a few. */
  readonly edges: readonly WindowEdge[];
  readonly maxExtensionSeconds: number;
  readonly forceReclaim: boolean;
  readonly graceSeconds: number;
  /** True: the grace ends with the lease, instead of beginning there. */
  readonly reclaimBefore: boolean;
}
