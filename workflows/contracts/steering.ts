/**
 * How a live lease is steered: the same names in Temporal's UI, the `temporal` CLI and our own (docs/steering.md).
 * A refusal is an answer, not a failure; only malformed input is rejected, and then nothing of it is in the history.
 */
import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Reason } from '../../domain/conditions';
import type { LeasePhase } from './leased-node';

/** Who asks, and why: optional everywhere, told in the event and kept in the history. */
export interface Asked {
  /** At most 100 characters. */
  readonly by?: string;
  /** At most 500 characters. */
  readonly reason?: string;
}

/** An RFC 3339 instant with its offset. */
export type Instant = string;

/** What can be asked of `extendLease` and `shortenLease`: the instant alone, or with who and why. */
export type UntilRequest = Instant | (Asked & { readonly until: Instant });

/** What `reclaim` is asked with. */
export interface ReclaimRequest extends Asked {
  /** Seconds until the pods are evicted; 0: at once. */
  readonly graceSeconds: number;
}

/** Granted, and until when the lease lasts now; or refused, and why. */
export type SteeringAnswer =
  | {
      readonly granted: true;
      /** When the lease ends now: from then on new pods are kept away, and the reclaim begins. */
      readonly until: Instant;
      /** From when on its pods are evicted; absent: not, they may finish. */
      readonly evictedFrom?: Instant;
    }
  | { readonly granted: false; readonly why: string };

/** The lease ends later: up to the window's edge, or past it as far as `spec.maxExtensionSeconds` of the policy allows. */
export const extendLeaseUpdate = defineUpdate<SteeringAnswer, [UntilRequest, Asked?]>('extendLease');
/** The lease ends earlier; the node is lent again when the window opens next. */
export const shortenLeaseUpdate = defineUpdate<SteeringAnswer, [UntilRequest, Asked?]>('shortenLease');
/** The borrower gives the node back now, with the policy's grace, for the rest of this window. The argument may be left out. */
export const returnLeaseUpdate = defineUpdate<SteeringAnswer, [Asked]>('returnLease');
/** The lender takes the node back now, with the grace given, for the rest of this window. */
export const reclaimUpdate = defineUpdate<SteeringAnswer, [ReclaimRequest]>('reclaim');

/** What is ahead of a node, as of its last pass. */
export interface LeasePlan {
  readonly phase: LeasePhase;
  /** When the lease ends as things stand; null: it has no end, or has ended. */
  readonly leaseEndsAt: Instant | null;
  /** What somebody asked for, if that counts now. */
  readonly override: PlannedOverride | null;
  /** Name of the policy that lends the node; null: not known yet. */
  readonly policy: string | null;
  /** The next edges of its calendar. */
  readonly edges: readonly { readonly at: Instant; readonly opens: boolean }[];
}

/** What somebody asked of a lease, for people: instants are RFC 3339. */
export interface PlannedOverride extends Asked {
  readonly kind: 'extend' | 'shorten' | 'return' | 'reclaim';
  readonly until: Instant;
  /** When the calendar counts again; null: not before a resync. */
  readonly expires: Instant | null;
  readonly graceSeconds?: number;
  readonly at: Instant;
}
/** What is ahead of a node. */
export const leasePlanQuery = defineQuery<LeasePlan>('plan');

/** Confirms the edit that the binding's condition `Blocked`, or a policy's, tells about. */
export interface ConfirmReclaim extends Asked {
  /** The hash that the condition names, to be sure that nothing else is confirmed meanwhile. Default: whatever is held. */
  readonly hash?: string;
}
/** Granted, and what was confirmed; or refused, and why. */
export type ConfirmAnswer =
  | { readonly granted: true; readonly hash: string; readonly nodes: number }
  | { readonly granted: false; readonly why: string };
/** See {@link ConfirmReclaim}. */
export const confirmReclaimUpdate = defineUpdate<ConfirmAnswer, [ConfirmReclaim]>('confirmReclaim');

/** Mends findings of an audit that somebody has seen. */
export interface RepairRequest extends Asked {
  /** Ids, as `kubeocean audit -o json` shows them; at most 1,000. */
  readonly findings: readonly string[];
}
/** That it has begun; what came of it is told in an event. */
export interface RepairAnswer {
  readonly granted: true;
  /** How many findings were asked for. */
  readonly findings: number;
}
/** See {@link RepairRequest}. */
export const repairUpdate = defineUpdate<RepairAnswer, [RepairRequest]>('repair');

/** Something that somebody asked for, to be told in an event on the object that it is about. */
export interface SteeringNote {
  readonly reason: Reason;
  /** Names who asked and why, where they said so. */
  readonly message: string;
}
