import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node } from 'kubernetes-types/core/v1';
import pLimit from 'p-limit';
import { isPhysicalReady } from '../../domain/vnode';
import type { Informer, KubeClient } from '../../kube';
import { Heartbeat, type Beat } from './heartbeat';
import { isFresh, nodeLease, NODE_LEASE_NAMESPACE } from './lease-object';
import { slotOf, type LeaseTiming } from './timing';
import { writeLease } from './write-lease';

/** Whose heartbeats are kept, as whom, and who is told. */
export interface KeeperOptions {
  readonly client: KubeClient;
  readonly vnodes: Pick<Informer<Node>, 'store' | 'subscribe'>;
  readonly leases: Pick<Informer<Lease>, 'store'>;
  /** Differs between gateways. */
  readonly identity: string;
  readonly timing: LeaseTiming;
  readonly observe: KeeperObserver;
  /** Called when a vnode is gone and no write of ours for it is under way any more. */
  readonly bury: (vnode: string) => Promise<void>;
}

/** Told about everything that happens to heartbeats. */
export interface KeeperObserver {
  /** @param lateness Milliseconds after the due instant. */
  done(beat: Beat, lateness: number): void;
  failed(vnode: string, error: unknown): void;
}

/** Writes under way at once: a burst of new nodes must not crowd out everybody else at the API server. */
const CONCURRENCY = 20;

/**
 * Renews the heartbeat of every vnode while its physical node is known to be Ready, and of no other. A vnode has at most one
 * heartbeat each period from here, the first as soon as it is seen; a heartbeat of another gateway counts as ours.
 */
export class NodeLeaseKeeper {
  private readonly beats = new Map<string, { readonly uid: string | undefined; readonly heartbeat: Heartbeat }>();
  private readonly limit = pLimit(CONCURRENCY);
  private readonly unsubscribe: () => void;

  /** Begins at once with what is in the store. */
  constructor(private readonly options: KeeperOptions) {
    const { store, subscribe } = options.vnodes;
    this.unsubscribe = subscribe.call(options.vnodes, ({ key, new: vnode }) => this.follow(key, vnode));
    for (const vnode of store.list()) this.follow(vnode.metadata?.name ?? '', vnode);
    for (const { metadata } of options.leases.store.list()) {
      if (store.get(metadata?.name ?? '') === undefined) void this.bury(metadata?.name ?? '');
    }
  }

  /** Vnodes whose heartbeats are kept now. */
  get size(): number {
    return this.beats.size;
  }

  async stop(): Promise<void> {
    this.unsubscribe();
    await Promise.all([...this.beats.keys()].map((name) => this.drop(name)));
  }

  private follow(name: string, vnode: Node | null): void {
    if (vnode === null) return void this.bury(name);
    const wanted = isPhysicalReady(vnode);
    const known = this.beats.get(name);
    if (known !== undefined && (!wanted || known.uid !== vnode.metadata?.uid)) void this.drop(name);
    if (wanted && !this.beats.has(name)) this.beats.set(name, { uid: vnode.metadata?.uid, heartbeat: this.start(name) });
  }

  private async bury(name: string): Promise<void> {
    await this.drop(name);
    try {
      await this.limit(() => this.options.bury(name));
    } catch (error) {
      this.options.observe.failed(name, error);
    }
  }

  private async drop(name: string): Promise<void> {
    const known = this.beats.get(name);
    this.beats.delete(name);
    await known?.heartbeat.stop();
  }

  private start(name: string): Heartbeat {
    const { identity, timing, observe } = this.options;
    return new Heartbeat({
      period: timing.period,
      slot: slotOf(name, identity, timing.period),
      beat: (due) => this.limit(() => this.beat(name, due)),
      onError: (error) => observe.failed(name, error),
    });
  }

  /** Looks at the vnode at the last moment: while a write waited for its turn the physical node may have failed. */
  private async beat(name: string, due: number): Promise<Beat> {
    const { client, vnodes, leases, timing, observe } = this.options;
    const vnode = vnodes.store.get(name);
    if (vnode === undefined || !this.beats.has(name) || !isPhysicalReady(vnode)) return 'skipped';
    const now = Date.now();
    const live = leases.store.get(`${NODE_LEASE_NAMESPACE}/${name}`);
    const wanted = nodeLease(vnode, { now, durationSeconds: timing.durationSeconds });
    const fresh = isFresh(live, wanted, { now, fresh: timing.fresh });
    if (!fresh) await writeLease(client, wanted, live !== undefined);
    const beat = fresh ? 'skipped' : 'renewed';
    observe.done(beat, Date.now() - due);
    return beat;
  }
}
