import { Annotation } from '../../api/names/keys';
import type { AcceptedEdit, ClusterBinding, Condition, ResourceLeasingPolicy } from '../../api/names/types';
import { Reason, setCondition } from '../../domain/conditions';
import { bindingRecord, blockedClaim, judgeEdits, policyRecord } from '../../domain/guard';
import type { HeldEdits, Verdict } from '../../domain/guard';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, ResourceLeasingPolicies } from '../../kube';
import { reportOnBinding } from '../binding/report';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** All edits of a binding are judged together, so there is one key. */
const ALL = 'edits';

/** Its status fields that are written here. */
interface GuardedStatus {
  readonly accepted?: AcceptedEdit;
  readonly conditions?: readonly Condition[];
}

/**
 * Records on binding and policies what of their edits counts, and holds those that would reclaim too many nodes at once. What
 * was accepted stands in the objects, so a restart judges the same edits again; everybody else reads only that. Without
 * `maxReclaimPercent` it does nothing, and what is written counts.
 */
export class EditGuard implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];
  /** Hash of what the binding's workflow was told; undefined: nothing yet. */
  private told: string | null | undefined;

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue(() => this.judge(), { concurrency: 1, onError });
  }

  start(): void {
    const { physical, fleet, ref, settings } = this.context;
    if (settings.maxReclaimPercent === null) return;
    const look = () => this.queue.add(ALL);
    this.ends.push(
      physical.policies.subscribe(look),
      physical.policies.onList(look),
      fleet.virtual.bindings.subscribe(({ key }) => void (key === ref.name && look())),
      // Only what is held depends on the nodes.
      physical.nodes.subscribe(() => void (typeof this.told === 'string' && look())),
    );
    look();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  /** @returns when a window's edge may change the verdict */
  private async judge(): Promise<number | null> {
    const { physical, binding: readBinding, settings } = this.context;
    const binding = readBinding();
    const now = Date.now();
    if (binding === undefined || settings.maxReclaimPercent === null || !physical.isFresh(now)) return null;
    const policies = physical.policies.store.list();
    const verdict = judgeEdits({
      binding,
      policies,
      nodes: this.leasedNodes(binding),
      maxReclaimPercent: settings.maxReclaimPercent,
      confirmed: binding.metadata.annotations?.[Annotation.ConfirmedReclaim],
      now,
      zone: settings.zone,
    });
    await this.record(binding, policies, verdict);
    await this.tell(binding, verdict.held);
    return verdict.changesAt;
  }

  private leasedNodes({ metadata }: ClusterBinding) {
    const { fleet, physical } = this.context;
    const vnodes = fleet.virtual.nodes.store.by(BY_BINDING, metadata.name) as readonly NodeObject[];
    const nodes = vnodes.map((vnode) => physical.nodes.store.get(physicalNodeOf(vnode) ?? ''));
    return nodes
      .filter((node) => node !== undefined)
      .map((node) => ({ name: node.metadata?.name ?? '', labels: node.metadata?.labels ?? {} }));
  }

  private async record(binding: ClusterBinding, policies: readonly ResourceLeasingPolicy[], { accept, held }: Verdict): Promise<void> {
    const { physical, fleet, ref } = this.context;
    const accepts = (kind: string, name: string) => accept.some((one) => one.kind === kind && one.name === name);
    const heldAs = (kind: string, name: string) => (held?.edited.some((one) => one.kind === kind && one.name === name) === true ? held : null);
    const options = ({ metadata: { uid, resourceVersion } }: ClusterBinding | ResourceLeasingPolicy) =>
      ({ subresource: 'status', uid, resourceVersion }) as const;
    for (const policy of policies.filter(({ spec }) => spec.cluster === ref.name)) {
      const { name } = policy.metadata;
      const status = statusOf(policy, accepts('policy', name) ? policyRecord(policy) : null, heldAs('policy', name), ref.name);
      const patch = { kind: 'merge', body: { status } } as const;
      if (status !== null) await physical.client.patch(ResourceLeasingPolicies, { name }, patch, options(policy));
    }
    const { name } = binding.metadata;
    const status = statusOf(binding, accepts('binding', name) ? bindingRecord(binding) : null, heldAs('binding', name), ref.name);
    const patch = { kind: 'merge', body: { status } } as const;
    if (status !== null) await fleet.virtual.client.patch(ClusterBindings, { name }, patch, options(binding));
  }

  /** The binding's workflow takes the confirmation, so it has to know of what. */
  private async tell(binding: ClusterBinding, held: HeldEdits | null): Promise<void> {
    const hash = held?.hash ?? null;
    if (hash === this.told) return;
    this.told = hash;
    this.context.messenger.reclaimHeld(held === null ? null : { hash: held.hash, nodes: held.reclaimed });
    if (held === null) return;
    const edited = held.edited.map(({ kind, name }) => (kind === 'binding' ? 'the nodeSelector of this binding' : `ResourceLeasingPolicy ${name}`));
    const message = `Held: an edit of ${edited.join(' and ')} would reclaim ${held.reclaimed} of ${held.leased} leased nodes at once (hash ${held.hash}).`;
    await reportOnBinding(this.context.fleet.virtual, binding, { type: 'Warning', reason: Reason.ReclaimHeld, message });
  }
}

/** What is to be written; `null`: nothing. */
function statusOf(
  object: ClusterBinding | ResourceLeasingPolicy,
  accepted: AcceptedEdit | null,
  held: HeldEdits | null,
  binding: string,
): GuardedStatus | null {
  const claim = blockedClaim(object, held, binding);
  const before = object.status?.conditions;
  const conditions = claim === null ? before : setCondition(before, claim, Date.now());
  const status = { ...(accepted === null ? {} : { accepted }), ...(conditions === before ? {} : { conditions }) };
  return Object.keys(status).length === 0 ? null : status;
}
