import { Finalizer } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { planPolicyStatus } from '../../domain/binding';
import { calendarOf, evaluateWindows } from '../../domain/windows';
import { ResourceLeasingPolicies } from '../../kube';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/**
 * Mirrors onto each policy whether it is valid and open now, and releases the finalizer of earlier installations, which would
 * keep the lender from deleting his own policy.
 */
export class PolicyWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: 4, onError });
  }

  start(): void {
    const { physical, fleet } = this.context;
    this.ends.push(
      physical.policies.subscribe(({ key }) => this.queue.add(key)),
      physical.policies.onList(() => this.compareAll()),
      fleet.virtual.bindings.subscribe(() => this.compareAll()),
    );
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
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
    const calendar = calendarOf(policy.spec, settings.zone);
    const others = this.context.fleet.virtual.bindings.store.list().map(({ metadata }) => metadata.name);
    const status = planPolicyStatus({
      policy,
      reader: {
        bindingName: binding.metadata.name,
        clusterID: binding.spec.clusterID,
        bindingsElsewhere: others.filter((other) => other !== binding.metadata.name),
      },
      calendar,
      now,
    });
    if (status !== null) {
      const { uid } = policy.metadata;
      const patch = { kind: 'merge', body: { status } } as const;
      await physical.client.patch(ResourceLeasingPolicies, { name }, patch, { subresource: 'status', uid });
    }
    const window = evaluateWindows(calendar, now);
    return window.open ? window.closesAt : window.opensAt;
  }

  private async release({ metadata }: ResourceLeasingPolicy): Promise<void> {
    const { name, uid, resourceVersion, finalizers = [] } = metadata;
    if (!finalizers.includes(Finalizer.Policy)) return;
    const body = { metadata: { finalizers: finalizers.filter((finalizer) => finalizer !== Finalizer.Policy) } };
    const { client } = this.context.physical;
    await client.patch(ResourceLeasingPolicies, { name }, { kind: 'merge', body }, { uid, resourceVersion });
  }
}
