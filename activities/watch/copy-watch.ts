import type { PersistentVolume } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { Annotation } from '../../api/names/keys';
import { COPY_KINDS, copyAction, dependencyKeys, parseSourceKey, sourceKey, sourceVersion, staleCopyReport, volumeSecrets } from '../../domain/pods';
import type { CopyFacts, CopyKind, PodObject, SourceMeta, SourceRef } from '../../domain/pods';
import { keyOf, parseKey } from '../../kube';
import type { Change, KubeObject } from '../../kube';
import type { Copier } from '../copies/copier';
import { copierOf } from '../copies/copier';
import { FoughtOver } from '../copies/fought-over';
import { COPY_TYPES, virtualKey } from '../copies/kinds';
import { isUsed, isUser, usersOf } from '../copies/users';
import { BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import { reportOnPod } from '../pod/report';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** Copies handled at the same time: an update of something that many use must not crowd out pods that start. */
const CONCURRENCY = 8;
/** When to try again to let go of a copy that was being written. */
const BUSY_MILLIS = 1_000;
/** When to try again what the physical cluster has refused: nothing tells that it thinks better of it. */
const REFUSED_MILLIS = 60_000;
/** Of the pods that use an object as many are told at most that its copy is stale. */
const MOST_TOLD = 100;
/**
 * Keeps the copies of what this binding's pods use: current with their sources, made again when they are lost, removed a while
 * after the last pod. A mirror: what it does follows from the lists alone. The first copy is made where a pod is placed.
 */
export class CopyWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];
  private stopped = false;
  /** By source key: since when no pod uses it. Counted anew after a restart, which only lengthens it. */
  private readonly unusedSince = new Map<string, number>();
  /** By source key: the version and the reason of a refusal that the pods were told of. */
  private readonly reported = new Map<string, string>();
  private readonly foughtOver = new FoughtOver();

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  /** Begins when the lists are in: until then every copy would look as if it were missing. */
  start(): void {
    const { fleet, physical, onError } = this.context;
    Promise.all([fleet.virtual.sources.synced(), physical.copies.synced()]).then(
      () => this.begin(),
      (error: unknown) => void (this.stopped || onError(error, 'copies')),
    );
  }

  private begin(): void {
    if (this.stopped) return;
    const { fleet, physical } = this.context;
    this.ends.push(fleet.virtual.pods.subscribe((change) => this.podChanged(change as Change<PodObject>)));
    for (const kind of COPY_KINDS) {
      this.ends.push(
        fleet.virtual.sources[kind].subscribe(({ key, new: now }) => this.addSource(refOf(kind, key), now)),
        physical.copies[kind].subscribe(({ old, new: now }) => this.addCopy(kind, now ?? old)),
      );
    }
    this.compareAll();
  }

  stop(): void {
    this.stopped = true;
    for (const end of this.ends) end();
    this.queue.stop();
  }

  /** Every object that a live pod uses, and every copy. */
  private compareAll(): void {
    const { fleet, physical } = this.context;
    for (const pod of fleet.virtual.pods.store.list()) this.addUsedBy(pod as PodObject);
    for (const kind of COPY_KINDS) for (const copy of physical.copies[kind].store.list()) this.addCopy(kind, copy);
  }

  /** A pod that comes has its copies made where it is placed; one that ends may have been the last. */
  private podChanged({ old, new: now }: Change<PodObject>): void {
    const binding = this.context.binding();
    if (old === null || binding === undefined) return;
    const { virtual } = this.context.fleet;
    const same = now !== null && now.metadata.uid === old.metadata.uid;
    if (!same || isUser(virtual, binding, old) !== isUser(virtual, binding, now)) this.addUsedBy(old);
    // Ephemeral containers come later and may name more.
    else if (dependencyKeys(now).length !== dependencyKeys(old).length) this.addUsedBy(now);
  }

  private addSource(ref: SourceRef, source: KubeObject | null): void {
    this.queue.add(sourceKey(ref));
    const { spec } = (source ?? {}) as PersistentVolume;
    if (ref.kind !== 'PersistentVolume' || spec === undefined) return;
    for (const secret of volumeSecrets(spec)) this.queue.add(sourceKey({ kind: 'Secret', ...secret }));
  }

  private addUsedBy(pod: PodObject): void {
    const binding = this.context.binding();
    for (const key of dependencyKeys(pod)) {
      this.queue.add(key);
      const needed = binding === undefined ? [] : this.copier(binding).neededBy(parseSourceKey(key));
      for (const ref of needed) this.queue.add(sourceKey(ref));
    }
  }

  private addCopy(kind: CopyKind, copy: KubeObject | null): void {
    const key = keyOfSource(kind, copy);
    if (key !== null) this.queue.add(key);
  }

  /** @returns when to look again though nothing happens */
  private async reconcile(key: string): Promise<number | null> {
    const binding = this.context.binding();
    if (binding === undefined) return null;
    const ref = parseSourceKey(key);
    const copier = this.copier(binding);
    const action = this.decide(ref, copier, binding);
    if (action.kind === 'none') return action.until;
    if (action.kind === 'ensure') return this.ensure(ref, copier, binding);
    if (action.kind === 'release' || (await this.isGone(ref))) return (await copier.release(ref)) ? null : Date.now() + BUSY_MILLIS;
    return null;
  }

  /** @returns when to try again what the physical cluster has refused, or somebody there changes again and again */
  private async ensure(ref: SourceRef, copier: Copier, binding: ClusterBinding): Promise<number | null> {
    const key = sourceKey(ref);
    const later = copier.listed(ref)?.source === '' ? this.foughtOver.until(key, Date.now()) : null;
    if (later !== null) return later;
    const fault = await copier.ensure(ref);
    if (fault === null || fault.ours) {
      this.reported.delete(key);
      return null;
    }
    const { fleet, physical } = this.context;
    const source = fleet.virtual.sources[ref.kind].store.get(keyOf(virtualKey(ref)))?.metadata?.resourceVersion;
    const said = `${source} ${fault.why}`;
    const isNews = this.reported.get(key) !== said;
    this.reported.set(key, said);
    const running = isNews ? usersOf(fleet.virtual, binding, ref).filter(({ metadata: { uid } }) => physical.pods.store.by(BY_VIRTUAL_UID, uid).length > 0) : [];
    const report = staleCopyReport(ref, fault.why);
    for (const pod of running.slice(0, MOST_TOLD)) await reportOnPod(fleet, pod, report);
    return Date.now() + REFUSED_MILLIS;
  }

  private decide(ref: SourceRef, copier: Copier, binding: ClusterBinding) {
    const { fleet, physical, settings } = this.context;
    const now = Date.now();
    const key = sourceKey(ref);
    const used = isUsed(fleet.virtual, binding, ref);
    const source = fleet.virtual.sources[ref.kind].store.get(keyOf(virtualKey(ref)));
    if (used) this.unusedSince.delete(key);
    else if (!this.unusedSince.has(key)) this.unusedSince.set(key, now);
    const copy = this.withLivingHolders(copier.listed(ref));
    if (copy === null) {
      this.unusedSince.delete(key);
      this.foughtOver.forget(key);
    }
    return copyAction({
      ...{ used, copy, now },
      source: source === undefined ? null : sourceVersion(source.metadata as SourceMeta),
      binding: binding.metadata.name,
      unusedSince: this.unusedSince.get(key) ?? null,
      retention: settings.copyRetentionMillis,
      fresh: [fleet.virtual, fleet.virtual.sources, physical, physical.copies].every((lists) => lists.isFresh(now)),
    });
  }

  /** A binding that is gone without having let go of its copies holds nothing. */
  private withLivingHolders(copy: CopyFacts['copy']): CopyFacts['copy'] {
    const { bindings } = this.context.fleet.virtual;
    return copy && { ...copy, holders: copy.holders.filter((name) => bindings.store.get(name) !== undefined) };
  }

  /** The list may be behind: the API server has to confirm it. Content is not asked for. */
  private async isGone(ref: SourceRef): Promise<boolean> {
    const { namespace, name } = virtualKey(ref);
    const { client } = this.context.fleet.virtual;
    const selection = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
    return (await client.list(COPY_TYPES[ref.kind], selection)).items.length === 0;
  }

  private copier({ metadata, spec }: ClusterBinding): Copier {
    const { fleet, physical } = this.context;
    const mountNamespace = spec.mountNamespace ?? '';
    return copierOf({ fleet, physical, virtualCluster: fleet.virtual.uid, binding: metadata.name, mountNamespace });
  }
}

function refOf(kind: CopyKind, key: string): SourceRef {
  const { namespace = '', name } = parseKey(key);
  return { kind, namespace, name };
}

/** Key of the object of which this is a copy; null: it does not say. */
function keyOfSource(kind: CopyKind, copy: KubeObject | null): string | null {
  const { [Annotation.VirtualNamespace]: namespace = '', [Annotation.VirtualName]: name } = copy?.metadata?.annotations ?? {};
  return name === undefined ? null : sourceKey({ kind, namespace, name });
}
