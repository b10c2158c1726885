import { Annotation } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import { copyAction, copyLabels, holdersOf, parseSourceKey, sourceKey, sourceVersion } from '../../domain/pods';
import type { CopyAction, SourceMeta } from '../../domain/pods';
import { isMirrorable, mirrorKey, MIRRORED_KINDS, mirrorWrite, serviceOf } from '../../domain/services';
import type { MirroredKind, MirroredRef } from '../../domain/services';
import { isKubeError, keyOf, startInformer } from '../../kube';
import type { Informer, KubeObject } from '../../kube';
import { reportOnBinding } from '../binding/report';
import { FoughtOver } from '../copies/fought-over';
import { writeCopy } from '../copies/write-copy';
import { markedForeign } from '../fleet/copies';
import { listsTogether } from '../fleet/listed';
import { selectorOf } from '../fleet/selector';
import type { WatchContext } from '../watch/context';
import { KeyedQueue } from '../watch/keyed-queue';
import { MIRRORED_TYPES, toMirror } from './kinds';
import { releaseMirror } from './release-services';

const CONCURRENCY = 8;
/** When to try again what only somebody else can mend, milliseconds. */
const PATIENCE_MILLIS = 30_000;

/** One list for each namespace and kind. */
type Sources = ReadonlyMap<string, Informer<KubeObject>>;

/**
 * Mirrors the Services of some namespaces, and their EndpointSlices, into the namespaces of the same names. What it does follows from the
 * lists alone. Endpoints are mirrored only beside a Service that is ours: those of somebody else's would be served by it.
 */
export class ServiceMirror {
  private readonly queue: KeyedQueue;
  private readonly sources: Sources;
  private readonly mirrors: Readonly<Record<MirroredKind, Informer<KubeObject>>>;
  /** By source key: why it was not mirrored, as the event said. */
  private readonly told = new Map<string, string>();
  private readonly foughtOver = new FoughtOver();
  private stopped = false;

  constructor(
    private readonly context: WatchContext,
    private readonly namespaces: readonly string[],
  ) {
    const { fleet, physical, onError } = context;
    const ours = { labelSelector: selectorOf(copyLabels(fleet.virtual.uid)), metadataOnly: true, onError: (error: unknown) => onError(error, 'services') };
    this.queue = new KeyedQueue((id) => this.reconcile(parseSourceKey<MirroredKind>(id)), { concurrency: CONCURRENCY, onError });
    this.mirrors = {
      Service: startInformer(physical.client, MIRRORED_TYPES.Service, { ...ours, trim: (mirror) => markedForeign('Service', mirror) }),
      EndpointSlice: startInformer(physical.client, MIRRORED_TYPES.EndpointSlice, { ...ours, trim: (mirror) => markedForeign('EndpointSlice', mirror) }),
    };
    const each = namespaces.flatMap((namespace) => MIRRORED_KINDS.map((kind) => ({ namespace, kind })));
    this.sources = new Map(each.map(({ namespace, kind }) => [`${kind} ${namespace}`, startInformer(fleet.virtual.client, MIRRORED_TYPES[kind], { namespace, onError: ours.onError })]));
  }

  /** Begins when the lists are in: until then everything would look as if it were missing. */
  start(): void {
    const { onError } = this.context;
    const lists = [...this.sources.values(), ...Object.values(this.mirrors)];
    Promise.all(lists.map((list) => list.synced())).then(
      () => this.begin(),
      (error: unknown) => void (this.stopped || onError(error, 'services')),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.queue.stop();
    await Promise.all([...this.sources.values(), ...Object.values(this.mirrors)].map((list) => list.stop()));
  }

  private begin(): void {
    if (this.stopped) return;
    for (const [id, list] of this.sources) {
      const kind = id.split(' ')[0] as MirroredKind;
      list.subscribe(({ old, new: now }) => this.addSource(kind, now ?? old));
      for (const source of list.store.list()) this.addSource(kind, source);
    }
    for (const kind of MIRRORED_KINDS) {
      this.mirrors[kind].subscribe(({ old, new: now }) => this.addMirror(kind, now ?? old));
      for (const mirror of this.mirrors[kind].store.list()) this.addMirror(kind, mirror);
    }
  }

  private addSource(kind: MirroredKind, source: KubeObject | null): void {
    const { namespace = '', name = '' } = source?.metadata ?? {};
    if (source !== null && isMirrorable(kind, source)) this.queue.add(sourceKey({ kind, namespace, name }));
  }

  /** Endpoints wait for their Service, and go with it. */
  private addMirror(kind: MirroredKind, mirror: KubeObject | null): void {
    const { [Annotation.VirtualNamespace]: namespace = '', [Annotation.VirtualName]: name } = mirror?.metadata?.annotations ?? {};
    if (name === undefined) return;
    this.queue.add(sourceKey({ kind, namespace, name }));
    if (kind === 'Service') this.addEndpointsOf(namespace, name);
  }

  private addEndpointsOf(namespace: string, service: string): void {
    const sources = this.sources.get(`EndpointSlice ${namespace}`)?.store.list() ?? [];
    for (const slice of sources) if (serviceOf(slice) === service) this.addSource('EndpointSlice', slice);
    for (const slice of this.mirrors.EndpointSlice.store.list()) if (serviceOf(slice) === service) this.addMirror('EndpointSlice', slice);
  }

  private async reconcile(ref: MirroredRef): Promise<number | null> {
    const source = this.sources.get(`${ref.kind} ${ref.namespace}`)?.store.get(`${ref.namespace}/${ref.name}`) ?? null;
    if (source === null) this.told.delete(sourceKey(ref));
    const action = this.decide(ref, source);
    if (action.kind === 'none') return action.until;
    if (action.kind === 'ensure') return source === null ? null : (this.foughtOverUntil(ref) ?? this.ensure(ref, source));
    if (action.kind === 'release' || (await this.isGone(ref))) await this.release(ref);
    return null;
  }

  private foughtOverUntil(ref: MirroredRef): number | null {
    const mirror = this.mirrorOf(ref);
    const isForeign = mirror !== null && mirror.metadata?.annotations?.[Annotation.SourceVersion] === undefined;
    return isForeign ? this.foughtOver.until(sourceKey(ref), Date.now()) : null;
  }

  private decide(ref: MirroredRef, source: KubeObject | null): CopyAction {
    const mirror = this.mirrorOf(ref);
    const { fleet, physical } = this.context;
    const now = Date.now();
    const lists = listsTogether([...this.sources.values(), ...Object.values(this.mirrors)]);
    return copyAction({
      used: this.isWanted(ref, mirror) && (source === null || isMirrorable(ref.kind, source)) && this.hasService(ref, source ?? mirror),
      source: source === null ? null : sourceVersion(source.metadata as SourceMeta),
      copy: mirror && {
        source: mirror.metadata?.annotations?.[Annotation.SourceVersion] ?? '',
        holders: holdersOf(mirror).filter((name) => fleet.virtual.bindings.store.get(name) !== undefined),
      },
      binding: this.context.ref.name,
      unusedSince: null,
      ...{ retention: 0, now, fresh: [fleet.virtual, physical, lists].every((one) => one.isFresh(now)) },
    });
  }

  /** A binding that is being unbound gets nothing new, nor back what it has let go of and others hold. */
  private isWanted({ namespace }: MirroredRef, mirror: KubeObject | null): boolean {
    const binding = this.context.binding();
    const isHeld = mirror !== null && holdersOf(mirror).includes(this.context.ref.name);
    const stays = isHeld || binding?.metadata.deletionTimestamp === undefined;
    return binding !== undefined && this.namespaces.includes(namespace) && stays;
  }

  private hasService({ kind, namespace }: MirroredRef, slice: KubeObject | null): boolean {
    if (kind === 'Service') return true;
    const name = slice === null ? null : serviceOf(slice);
    return name !== null && this.mirrorOf({ kind: 'Service', namespace, name }) !== null;
  }

  /** As listed; null: there is none of ours, or it goes. */
  private mirrorOf(ref: MirroredRef): KubeObject | null {
    const mirror = this.mirrors[ref.kind].store.get(keyOf(mirrorKey(ref)));
    return mirror === undefined || mirror.metadata?.deletionTimestamp !== undefined ? null : mirror;
  }

  private async ensure(ref: MirroredRef, source: KubeObject): Promise<number | null> {
    const { client } = this.context.physical;
    const context = { virtualCluster: this.context.fleet.virtual.uid, binding: this.context.ref.name };
    const place = { client, type: MIRRORED_TYPES[ref.kind], plan: mirrorWrite };
    try {
      await writeCopy(place, toMirror(ref.kind, source, context), this.mirrorOf(ref) === null);
      this.told.delete(sourceKey(ref));
      return null;
    } catch (error) {
      const why = faultOf(error, ref);
      if (why === null) throw error;
      this.tell(ref, why);
      return Date.now() + PATIENCE_MILLIS;
    }
  }

  /** Once, until it is mirrored or gone; the event counts on. */
  private tell(ref: MirroredRef, why: string): void {
    const { kind, namespace, name } = ref;
    const message = `${kind} ${namespace}/${name} is not mirrored: ${why}`;
    const binding = this.context.binding();
    if (this.told.get(sourceKey(ref)) === why || binding === undefined) return;
    this.told.set(sourceKey(ref), why);
    void reportOnBinding(this.context.fleet.virtual, binding, { type: 'Warning', reason: Reason.ServiceNotMirrored, message });
  }

  private async release(ref: MirroredRef): Promise<void> {
    const mirror = this.mirrors[ref.kind].store.get(keyOf(mirrorKey(ref)));
    const { bindings } = this.context.fleet.virtual;
    const scope = { client: this.context.physical.client, binding: this.context.ref.name, exists: (name: string) => bindings.store.get(name) !== undefined };
    if (mirror !== undefined) await releaseMirror(scope, ref.kind, mirror);
  }

  /** The list may be behind: the API server has to confirm it. */
  private async isGone({ kind, namespace, name }: MirroredRef): Promise<boolean> {
    return (await this.context.fleet.virtual.client.get(MIRRORED_TYPES[kind], { namespace, name })) === null;
  }
}

/** What a person has to mend, in words; null: it may pass by itself. */
function faultOf(error: unknown, { namespace }: MirroredRef): string | null {
  if (isKubeError(error, 'NotOwned')) return 'its name in the physical cluster belongs to an object that is not ours and is left alone';
  if (isKubeError(error, 'NotFound')) return `the physical cluster has no namespace ${namespace}; create it there`;
  if (isKubeError(error, 'InvalidSpec') || isKubeError(error, 'Unauthorized')) return `refused by the physical cluster: ${error.message}`;
  return null;
}
