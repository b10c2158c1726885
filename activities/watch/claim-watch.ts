import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { Annotation } from '../../api/names/keys';
import { claimGrowth, physicalName } from '../../domain/pods';
import type { ClaimSizes } from '../../domain/pods';
import { keyOf, parseKey, PersistentVolumeClaims } from '../../kube';
import type { KubeObject } from '../../kube';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** Tells virtual claims that the node over there has enlarged their file system, as its kubelet would at home: a mirror of status. */
export class ClaimWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: 4, onError });
  }

  start(): void {
    const { fleet, physical } = this.context;
    const copies = physical.copies.PersistentVolumeClaim;
    this.ends.push(
      fleet.virtual.sources.PersistentVolumeClaim.subscribe(({ key }) => this.queue.add(key)),
      copies.subscribe(({ new: copy }) => this.addCopy(copy)),
    );
    for (const copy of copies.store.list()) this.addCopy(copy);
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private addCopy(copy: KubeObject | null): void {
    const { [Annotation.VirtualNamespace]: namespace, [Annotation.VirtualName]: name } = copy?.metadata?.annotations ?? {};
    if (namespace && name) this.queue.add(keyOf({ namespace, name }));
  }

  private async reconcile(key: string): Promise<null> {
    const { sources, client } = this.context.fleet.virtual;
    const claim: PersistentVolumeClaim | undefined = sources.PersistentVolumeClaim.store.get(key);
    const status = claim === undefined ? null : claimGrowth(claim.status, this.sizesOf(key, claim));
    if (status === null) return null;
    const { uid, resourceVersion } = claim?.metadata ?? {};
    const patch = { kind: 'merge', body: { status } } as const;
    await client.patch(PersistentVolumeClaims, parseKey(key), patch, { subresource: 'status', uid, resourceVersion });
    return null;
  }

  private sizesOf(key: string, { spec }: PersistentVolumeClaim): ClaimSizes {
    const volume = this.context.fleet.virtual.sources.PersistentVolume.store.get(spec?.volumeName ?? '');
    return { volume: volume?.spec?.capacity?.storage, usable: this.copyOf(key)?.status?.capacity?.storage };
  }

  private copyOf(key: string): PersistentVolumeClaim | undefined {
    const { namespace: home = '', name } = parseKey(key);
    const namespace = this.context.binding()?.spec.mountNamespace;
    return this.context.physical.copies.PersistentVolumeClaim.store.get(keyOf({ namespace, name: physicalName(name, home) }));
  }
}
