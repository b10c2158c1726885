import type { ClusterBinding } from '../../api/names/types';
import { Secrets, startInformer } from '../../kube';
import type { Informer, KubeObject } from '../../kube';
import { bindingChangedSignal } from '../../workflows/contracts/cluster-binding';
import { bindingId, MANAGER_ID } from '../../workflows/contracts/ids';
import { bindingsSeenSignal } from '../../workflows/contracts/manager';
import type { BindingSeen, BindingsSeen } from '../../workflows/contracts/manager';
import type { WatchDependencies } from './watch-binding';

const RETRY_MILLIS = 1_000;

/** Watches ClusterBindings, their kubeconfig Secrets and the intranet Services, and tells `manager` and the bindings. */
export async function watchVirtual(deps: WatchDependencies, stopped: AbortSignal): Promise<void> {
  await deps.fleet.virtual.synced();
  const watch = new VirtualWatch(deps);
  try {
    watch.start();
    await new Promise<void>((resolve) => {
      if (stopped.aborted) resolve();
      stopped.addEventListener('abort', () => resolve(), { once: true });
    });
  } finally {
    await watch.stop();
  }
}

class VirtualWatch {
  private readonly ends: (() => void)[] = [];
  private readonly secrets = new Map<string, Informer<KubeObject>>();
  private stopped = false;

  constructor(private readonly deps: WatchDependencies) {}

  start(): void {
    const { bindings, endpoints } = this.deps.fleet.virtual;
    this.ends.push(
      bindings.subscribe(({ old, new: now }) => this.bindingChanged(old, now)),
      bindings.onList(() => this.reportAll()),
      endpoints.subscribe(() => bindings.store.list().forEach((binding) => this.tell(binding))),
    );
    this.reportAll();
    // What changed while nobody watched may be an annotation: the generation, which the manager goes by, would not say.
    for (const binding of bindings.store.list()) this.tell(binding);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const end of this.ends) end();
    await Promise.all([...this.secrets.values()].map((informer) => informer.stop()));
  }

  private reportAll(): void {
    const bindings = this.deps.fleet.virtual.bindings.store.list();
    for (const binding of bindings) this.followSecret(binding);
    this.report({ complete: true, bindings: bindings.map(seen) });
  }

  private bindingChanged(old: ClusterBinding | null, now: ClusterBinding | null): void {
    if (now === null) {
      if (old !== null) this.bindingGone(old);
      return;
    }
    if (old !== null && secretKeyOf(old) !== secretKeyOf(now)) this.unfollowSecret(old);
    this.followSecret(now);
    if (old?.metadata.uid !== now.metadata.uid) this.report({ complete: false, bindings: [seen(now)] });
    if (old !== null && differs(old, now)) this.tell(now);
  }

  /** Its clusterID is free: whoever was refused because of it looks again. */
  private bindingGone(gone: ClusterBinding): void {
    this.unfollowSecret(gone);
    this.tell(gone);
    const { bindings } = this.deps.fleet.virtual;
    for (const other of bindings.store.list()) if (other.spec.clusterID === gone.spec.clusterID) this.tell(other);
  }

  private unfollowSecret(binding: ClusterBinding): void {
    const key = secretKeyOf(binding);
    const informer = this.secrets.get(key);
    this.secrets.delete(key);
    void informer?.stop();
  }

  /** A kubeconfig that was put right, or rotated, is used at once; only the Secret's metadata is watched. */
  private followSecret(followed: ClusterBinding): void {
    const { metadata, spec } = followed;
    const { name, namespace } = spec.secretRef;
    const key = secretKeyOf(followed);
    if (!name || !namespace || this.secrets.has(key)) return;
    const informer = startInformer<KubeObject>(this.deps.fleet.virtual.client, Secrets, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      onError: (error) => this.deps.onError(error, key),
    });
    this.secrets.set(key, informer);
    let first = true;
    informer.onList(() => (first = false));
    informer.subscribe(() => {
      const binding = this.deps.fleet.virtual.bindings.store.get(metadata.name);
      if (!first && binding !== undefined) this.tell(binding);
    });
  }

  private tell(binding: ClusterBinding): void {
    const { signals, fleet } = this.deps;
    const { name, uid, generation = 0 } = binding.metadata;
    this.untilDelivered(async () => {
      const delivery = await signals.send(bindingId(name), bindingChangedSignal, [{ uid, generation }]);
      // Somebody terminated its workflow: the manager starts it again now, not at its next tick.
      const lives = fleet.virtual.bindings.store.get(name)?.metadata.uid === uid;
      if (delivery === 'absent' && lives) this.report({ complete: false, bindings: [seen(binding)] });
    });
  }

  private report(message: BindingsSeen): void {
    const merge = ([waiting]: [BindingsSeen], [later]: [BindingsSeen]): [BindingsSeen] => [
      later.complete ? later : { complete: waiting.complete, bindings: [...waiting.bindings, ...later.bindings] },
    ];
    this.untilDelivered(() => this.deps.signals.send(MANAGER_ID, bindingsSeenSignal, [message], merge));
  }

  private untilDelivered(send: () => Promise<unknown>): void {
    if (this.stopped) return;
    send().catch(() => setTimeout(() => this.untilDelivered(send), RETRY_MILLIS).unref());
  }
}

function secretKeyOf({ metadata, spec: { secretRef } }: ClusterBinding): string {
  return `${metadata.name} ${secretRef.namespace}/${secretRef.name}`;
}

function seen({ metadata: { name, uid, generation = 0 } }: ClusterBinding): BindingSeen {
  return { name, uid, generation };
}

/** Anything but the status, which we write ourselves. */
function differs(old: ClusterBinding, now: ClusterBinding): boolean {
  return (
    old.metadata.generation !== now.metadata.generation ||
    old.metadata.deletionTimestamp !== now.metadata.deletionTimestamp ||
    JSON.stringify(old.metadata.annotations) !== JSON.stringify(now.metadata.annotations)
  );
}
