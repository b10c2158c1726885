import { RECLAIM_STUCK, RECLAIMING } from '../../api/names/keys';
import type { Condition } from '../../api/names/types';
import { type ConditionClaim, findCondition, Reason } from '../conditions';
import type { ReclaimNote } from '../reclaim';

/** Where the reclaim of one node of a policy stands. */
export interface NodeReclaim {
  /** Name of the physical node. */
  readonly node: string;
  readonly note: ReclaimNote;
}

/** From what the lender waits for most to what he waits for least. */
const URGENCY: readonly string[] = ['Forced', 'Grace', 'Returning', 'Cordoned', 'Verified', 'Noticed', 'Returned', 'Closed'];
/** Names in a message; the others are counted. */
const MOST_NAMES = 10;

/**
 * What a policy's conditions say about its nodes: `Reclaiming` is True until each is Closed, with the phase of the node that the
 * lender waits for most; `ReclaimStuck` names those that ought to be empty and are not.
 * A policy none of whose nodes was ever reclaimed has neither condition.
 */
export function reclaimClaims(nodes: readonly NodeReclaim[], existing: readonly Condition[] | undefined): ConditionClaim[] {
  const stuck = nodes.filter(({ note }) => note.stuck !== undefined);
  const said = (type: string) => findCondition(existing, type) !== undefined;
  return [
    ...(nodes.length > 0 || said(RECLAIMING) ? [reclaiming(nodes)] : []),
    ...(stuck.length > 0 || said(RECLAIM_STUCK) ? [stuckClaim(stuck)] : []),
  ];
}

function reclaiming(nodes: readonly NodeReclaim[]): ConditionClaim {
  const rank = ({ note }: NodeReclaim) => URGENCY.indexOf(note.phase);
  const [first, ...others] = nodes.toSorted((a, b) => rank(a) - rank(b) || (a.node < b.node ? -1 : 1));
  if (first === undefined) {
    return { type: RECLAIMING, status: 'False', reason: 'Lent', message: 'No node of this policy is being reclaimed.' };
  }
  const listed = listOf([first, ...others].map(({ node, note }) => `${node} ${note.phase}`));
  const tolerating = nodes.find(({ note }) => note.reason === Reason.ToleratingPodsRemain);
  return first.note.phase === 'Closed'
    ? { type: RECLAIMING, status: 'False', reason: tolerating?.note.reason ?? 'Closed', message: tolerating?.note.message ?? `${listed}.` }
    : { type: RECLAIMING, status: 'True', reason: first.note.phase, message: `${listed}.` };
}

function stuckClaim(nodes: readonly NodeReclaim[]): ConditionClaim {
  return nodes.length === 0
    ? { type: RECLAIM_STUCK, status: 'False', reason: Reason.NodeEmpty, message: 'No node is stuck.' }
    : {
        type: RECLAIM_STUCK,
        status: 'True',
        reason: Reason.ReclaimStuck,
        message: listOf(nodes.map(({ node, note }) => `${node}: ${note.stuck}`).sort()),
      };
}

function listOf(texts: readonly string[]): string {
  const more = texts.length - MOST_NAMES;
  return `${texts.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
