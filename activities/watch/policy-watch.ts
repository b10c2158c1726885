import type { Node } from 'kubernetes-types/core/v1';
import { GROUP_VERSION, POLICY_KIND } from '../../api/names/group';
import { Annotation, Finalizer } from '../../api/names/keys';
import type { ClusterBinding, ResourceLeasingPolicy, ResourceLeasingPolicyStatus } from '../../api/names/types';
import { type NodeReclaim, planPolicyStatus, SHADOWED } from '../../domain/binding';
import { findCondition } from '../../domain/conditions';
import { decodeNote } from '../../domain/reclaim';
import { shadowsOf } from '../../domain/selection';
import type { Shadow } from '../../domain/selection';
import { type NodeObject, physicalNodeOf } from '../../domain/vnode';
import { calendarOf, evaluateWindows, nextEdgeOf } from '../../domain/windows';
import { recordEvent, ResourceLeasingPolicies } from '../../kube';
import type { Change } from '../../kube';
import { countingPolicy } from '../fleet/accepted';
import { BY_BINDING } from '../fleet/virtual-cluster';
import { COMPONENT } from '../pod/report';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** How long changes of nodes are collected before policies are compared with them, milliseconds: a thousand may come at once. */
const GATHER_MILLIS = 500;

/**
 * Mirrors onto each policy whether it is valid and open now, and releases the finalizer of earlier installations, which would
 * keep the lender from deleting his own policy.
 */
export class PolicyWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];
  private settling: NodeJS.Timeout | undefined;
  /** Policies that are looked at in a moment, by name. */
  private readonly gathering = new Map<string, NodeJS.Timeout>();

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: 4, onError });
  }

  start(): void {
    const { physical, fleet } = this.context;
    this.ends.push(
      physical.policies.subscribe(({ key, old, new: now }) => this.policyChanged(key, old, now)),
      physical.policies.onList(() => this.compareAll()),
      physical.nodes.subscribe(({ old, new: now }) => this.nodeChanged(old, now)),
      fleet.virtual.bindings.subscribe(() => this.compareAll()),
      fleet.virtual.nodes.subscribe((change) => this.vnodeChanged(change as Change<NodeObject>)),
    );
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    clearTimeout(this.settling);
    for (const timer of this.gathering.values()) clearTimeout(timer);
    this.queue.stop();
  }

  /** A policy that came, went or selects anew changes what others are told; its status does not. */
  private policyChanged(name: string, old: ResourceLeasingPolicy | null, now: ResourceLeasingPolicy | null): void {
    const isRival = (policy: ResourceLeasingPolicy | null) => policy !== null && policy.metadata.deletionTimestamp === undefined;
    const same = isRival(old) === isRival(now) && old?.metadata.generation === now?.metadata.generation;
    if (same) this.queue.add(name);
    else this.compareAll();
  }

  /** Which policies meet on a node depends on its labels alone. */
  private nodeChanged(old: Node | null, now: Node | null): void {
    if (JSON.stringify(old?.metadata?.labels) === JSON.stringify(now?.metadata?.labels) && old !== null && now !== null) return;
    if (this.context.physical.policies.store.size < 2) return;
    this.settling ??= setTimeout(() => {
      this.settling = undefined;
      this.compareAll();
    }, GATHER_MILLIS);
  }

  /** The conditions of a policy follow the reclaim of its nodes. */
  private vnodeChanged({ old, new: now }: Change<NodeObject>): void {
    if (noteTextOf(old) === noteTextOf(now)) return;
    const name = (now ?? old)?.metadata.annotations?.[Annotation.PoliciesApplied];
    if (name === undefined || this.gathering.has(name)) return;
    const look = () => {
      this.gathering.delete(name);
      this.queue.add(name);
    };
    this.gathering.set(name, setTimeout(look, GATHER_MILLIS));
  }

  private reclaimsOf(policy: string): NodeReclaim[] {
    const { fleet, ref } = this.context;
    return (fleet.virtual.nodes.store.by(BY_BINDING, ref.name) as readonly NodeObject[]).flatMap((vnode) => {
      const { annotations } = vnode.metadata;
      const note = decodeNote(annotations?.[Annotation.Reclaim]);
      if (note === null || annotations?.[Annotation.PoliciesApplied] !== policy) return [];
      return [{ node: physicalNodeOf(vnode) ?? '', note }];
    });
  }

  private compareAll(): void {
    for (const { metadata } of this.context.physical.policies.store.list()) this.queue.add(metadata.name);
  }

  /** @returns the next edge, at which the status changes by itself */
  private async reconcile(name: string): Promise<number | null> {
    const { physical, binding: readBinding, settings } = this.context;
    const policy = physical.policies.store.get(name);
    const binding = readBinding();
    const now = Date.now();
    if (policy === undefined || binding === undefined || !physical.isFresh(now)) return null;
    if (policy.metadata.deletionTimestamp !== undefined) {
      if (policy.spec.cluster === binding.metadata.name) await this.release(policy);
      return null;
    }
    const calendar = calendarOf(countingPolicy(settings, policy).spec, settings.zone);
    const others = this.context.fleet.virtual.bindings.store.list().map(({ metadata }) => metadata.name);
    const status = planPolicyStatus({
      policy,
      reader: {
        bindingName: binding.metadata.name,
        clusterID: binding.spec.clusterID,
        bindingsElsewhere: others.filter((other) => other !== binding.metadata.name),
      },
      calendar,
      shadows: this.shadowsOf(policy, binding),
      reclaims: this.reclaimsOf(name),
      now,
    });
    if (status !== null) {
      const { uid } = policy.metadata;
      const patch = { kind: 'merge', body: { status } } as const;
      await physical.client.patch(ResourceLeasingPolicies, { name }, patch, { subresource: 'status', uid });
      this.reportShadow(policy, status);
    }
    return nextEdgeOf(evaluateWindows(calendar, now));
  }

  private shadowsOf(policy: ResourceLeasingPolicy, { metadata, spec }: ClusterBinding): readonly Shadow[] {
    const { nodes, policies } = this.context.physical;
    return shadowsOf(policy, {
      policies: policies.store.list(),
      nodes: nodes.store.list().map((node) => ({ name: node.metadata?.name ?? '', labels: node.metadata?.labels ?? {} })),
      binding: { name: metadata.name, nodeSelector: spec.nodeSelector },
    });
  }

  /** Once for each new answer, where the author of the policy looks. */
  private reportShadow(policy: ResourceLeasingPolicy, { conditions }: ResourceLeasingPolicyStatus): void {
    const [before, now] = [policy.status?.conditions, conditions].map((list) => findCondition(list, SHADOWED));
    if (now?.status !== 'True' || now.message === before?.message) return;
    const regarding = { apiVersion: GROUP_VERSION, kind: POLICY_KIND, metadata: policy.metadata };
    const { reason, message } = now;
    void recordEvent(this.context.physical.client, { regarding, type: 'Warning', reason, message, reportingComponent: COMPONENT });
  }

  private async release({ metadata }: ResourceLeasingPolicy): Promise<void> {
    const { name, uid, resourceVersion, finalizers = [] } = metadata;
    if (!finalizers.includes(Finalizer.Policy)) return;
    const body = { metadata: { finalizers: finalizers.filter((finalizer) => finalizer !== Finalizer.Policy) } };
    const { client } = this.context.physical;
    await client.patch(ResourceLeasingPolicies, { name }, { kind: 'merge', body }, { uid, resourceVersion });
  }
}

function noteTextOf(vnode: NodeObject | null): string | undefined {
  return vnode?.metadata.annotations?.[Annotation.Reclaim];
}
