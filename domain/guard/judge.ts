import type { ClusterBinding, ResourceLeasingPolicy } from '../../api/names/types';
import { md5Hex } from '../hash';
import type { SelectableNode } from '../selection';
import { earliest } from '../time/earliest';
import type { EpochMillis, IanaZone } from '../windows';
import { acceptedBinding, acceptedPolicy, bindingRecord, policyRecord } from './accepted';
import { type Regime, Standing, standings } from './standing';

/** Everything that decides whether edits go through. */
export interface GuardFacts {
  readonly binding: ClusterBinding;
  /** Every policy of the physical cluster. */
  readonly policies: readonly ResourceLeasingPolicy[];
  /** The physical nodes that have a vnode of the binding. */
  readonly nodes: readonly SelectableNode[];
  /** Most nodes that edits may reclaim at once, in percent of the leased ones. */
  readonly maxReclaimPercent: number;
  /** Hash of the edits that somebody confirmed. */
  readonly confirmed: string | undefined;
  readonly now: EpochMillis;
  readonly zone: IanaZone;
}

/** An object that decides about nodes: the binding, by its selector, or a policy. */
export type Edited = { readonly kind: 'binding'; readonly name: string } | { readonly kind: 'policy'; readonly name: string };

/** Edits that wait for somebody's word, together. */
export interface HeldEdits {
  readonly edited: readonly Edited[];
  /** Names these very edits: another one, or the same once more, has another hash. */
  readonly hash: string;
  /** How many leased nodes they would reclaim at once, of how many. */
  readonly reclaimed: number;
  readonly leased: number;
}

/** What becomes of the edits that were made since the last acceptance. */
export interface Verdict {
  /** What is to be recorded as accepted. */
  readonly accept: readonly Edited[];
  readonly held: HeldEdits | null;
  /** When a window may change the verdict; `null`: never, or nothing is held. */
  readonly changesAt: EpochMillis | null;
}

type Change = Edited & { readonly uid: string; readonly generation: number };

/**
 * Whether the edits that were made since the last acceptance may take effect. Compared is how each leased node stands now under
 * what was accepted and how it would stand under what is written: an edit that makes more than `maxReclaimPercent` of them
 * stand worse at once is held, until it is confirmed or reverted, or a window's edge has made it harmless. What was never
 * accepted before is new, and new policies are accepted as they are; a deleted one is no edit.
 */
export function judgeEdits(facts: GuardFacts): Verdict {
  const changes = changesIn(facts);
  const unrecorded = newcomers(facts);
  if (changes.length === 0) return { accept: unrecorded, held: null, changesAt: null };
  const before = standings(regime(facts, []), facts.nodes, facts.now, facts.zone);
  const leased = [...before.of.values()].filter((standing) => standing > Standing.Gone).length;
  const worse = (effective: readonly Change[]): Worse => {
    const after = standings(regime(facts, effective), facts.nodes, facts.now, facts.zone);
    const reclaimed = facts.nodes.filter(({ name }) => (after.of.get(name) ?? 0) < (before.of.get(name) ?? 0)).length;
    return { reclaimed, changesAt: after.changesAt };
  };
  const all = worse(changes);
  if (all.reclaimed * 100 <= facts.maxReclaimPercent * leased) return { accept: [...unrecorded, ...changes.map(named)], held: null, changesAt: null };
  return weigh(facts, { changes, unrecorded, leased, all, worse, changesAt: earliest(before.changesAt, all.changesAt) });
}

interface Worse {
  readonly reclaimed: number;
  readonly changesAt: EpochMillis | null;
}

interface Weights {
  readonly changes: readonly Change[];
  readonly unrecorded: readonly Edited[];
  readonly leased: number;
  readonly all: Worse;
  readonly worse: (effective: readonly Change[]) => Worse;
  readonly changesAt: EpochMillis | null;
}

/** Too much together: what does harm by itself is held, or everything where only the sum does. */
function weigh({ confirmed }: GuardFacts, { changes, unrecorded, leased, all, worse, changesAt }: Weights): Verdict {
  const harmful = changes.filter((change) => worse([change]).reclaimed > 0);
  const heldChanges = harmful.length === 0 ? changes : harmful;
  const hash = hashOf(heldChanges);
  if (hash === confirmed) return { accept: [...unrecorded, ...changes.map(named)], held: null, changesAt: null };
  // One at a time: two that are harmless alone may not be so together.
  const harmless = changes.filter((change) => !heldChanges.includes(change)).slice(0, 1);
  const held = { edited: heldChanges.map(named), hash, reclaimed: all.reclaimed, leased };
  return { accept: [...unrecorded, ...harmless.map(named)], held, changesAt };
}

const named = ({ kind, name }: Change): Edited => ({ kind, name });

function ownPolicies({ binding, policies }: GuardFacts): ResourceLeasingPolicy[] {
  const { name } = binding.metadata;
  return policies.filter(({ spec, metadata }) => spec.cluster === name && metadata.deletionTimestamp === undefined);
}

/** Objects that say something else than what was accepted, sorted. */
function changesIn(facts: GuardFacts): Change[] {
  const { binding } = facts;
  const policies = ownPolicies(facts).filter((policy) => policy.status?.accepted !== undefined && policyRecord(policy) !== null);
  const isEdited = binding.status?.accepted !== undefined && bindingRecord(binding) !== null;
  return [
    ...(isEdited ? [changeOf('binding', binding)] : []),
    ...policies.map((policy) => changeOf('policy', policy)).sort((a, b) => (a.name < b.name ? -1 : 1)),
  ];
}

function changeOf(kind: Edited['kind'], { metadata }: ClusterBinding | ResourceLeasingPolicy): Change {
  return { kind, name: metadata.name, uid: metadata.uid, generation: metadata.generation ?? 0 };
}

function newcomers(facts: GuardFacts): Edited[] {
  const { binding } = facts;
  const policies = ownPolicies(facts).filter(({ status }) => status?.accepted === undefined);
  return [
    ...(binding.status?.accepted === undefined ? [{ kind: 'binding', name: binding.metadata.name } as const] : []),
    ...policies.map(({ metadata }) => ({ kind: 'policy', name: metadata.name }) as const),
  ];
}

/** What decides about nodes if only some of the changes take effect. */
function regime({ binding, policies }: GuardFacts, effective: readonly Change[]): Regime {
  const counts = (kind: Edited['kind'], name: string) => effective.some((change) => change.kind === kind && change.name === name);
  return {
    binding: counts('binding', binding.metadata.name) ? binding : acceptedBinding(binding),
    policies: policies.map((policy) => (counts('policy', policy.metadata.name) ? policy : acceptedPolicy(policy))),
  };
}

function hashOf(changes: readonly Change[]): string {
  return md5Hex(JSON.stringify(changes.map(({ kind, uid, generation }) => [kind, uid, generation]))).slice(0, 12);
}
