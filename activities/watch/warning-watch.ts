import type { Event } from 'kubernetes-types/core/v1';
import { isOurs, virtualPodOf } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { copiedWarning, takeOne, worthTelling } from '../../domain/pods/warnings';
import type { Allowance, PhysicalEvent } from '../../domain/pods/warnings';
import { Events, putEvent, startInformer } from '../../kube';
import type { Informer } from '../../kube';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** Few at a time: pods on their way go first. */
const CONCURRENCY = 2;
/** Credentials from before it was needed may lack the right: then it is asked for rarely. */
const BACKOFF_MS = { first: 1_000, max: 300_000 };
/** An event may overtake the pod that it is about. */
const LOOK_AGAIN_MILLIS = 2_000;

/**
 * Repeats Warnings about copies on their virtual pods, where the user looks: why it is not placed, what cannot be mounted or
 * pulled, which probe fails. One watch for each binding, of Warnings about pods in the mount namespace. A courtesy: nothing waits
 * for it, and what cannot be written is lost.
 */
export class WarningWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];
  private warnings: Informer<Event> | undefined;
  /** By UID of the vPod. */
  private readonly allowances = new Map<string, Allowance>();
  /** By key of the physical event: what was told of it last. */
  private readonly told = new Map<string, string>();

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  start(): void {
    const { fleet, physical, onError } = this.context;
    this.warnings = startInformer(physical.client, Events, {
      namespace: this.context.binding()?.spec.mountNamespace,
      fieldSelector: 'type=Warning,involvedObject.kind=Pod',
      backoffMs: BACKOFF_MS,
      onError: (error) => onError(error, 'warnings'),
    });
    this.ends.push(
      this.warnings.subscribe(({ key, new: now }) => (now === null ? void this.told.delete(key) : this.queue.add(key))),
      fleet.virtual.pods.subscribe(({ old, new: now }) => void (now === null && this.allowances.delete(old?.metadata?.uid ?? ''))),
    );
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
    void this.warnings?.stop().catch(() => undefined);
  }

  /** @returns when to look at the event again though nothing happens */
  private async reconcile(key: string): Promise<number | null> {
    const event = this.warnings?.store.get(key) as PhysicalEvent | undefined;
    if (event === undefined) return null;
    const now = Date.now();
    const { namespace = '', name = '' } = event.involvedObject;
    const pPod = this.context.physical.pods.store.get(`${namespace}/${name}`) as PodObject | undefined;
    const vPod = pPod && this.virtualPodOf(pPod);
    if (pPod === undefined || vPod === undefined) return this.isNew(event, now) ? now + LOOK_AGAIN_MILLIS : null;
    const worth = worthTelling(event, pPod, now);
    if (worth !== 'tell') return worth === 'drop' ? null : worth;
    return this.tell(key, copiedWarning(event, vPod, namespace));
  }

  private isNew({ metadata }: PhysicalEvent, now: number): boolean {
    return now - Date.parse(metadata.creationTimestamp ?? '') < 2 * LOOK_AGAIN_MILLIS;
  }

  private virtualPodOf(pPod: PodObject): PodObject | undefined {
    const { fleet, ref } = this.context;
    const named = isOurs(pPod, { virtualCluster: fleet.virtual.uid, binding: ref.name }) ? virtualPodOf(pPod) : null;
    const vPod = named && (fleet.virtual.pods.store.get(`${named.namespace}/${named.name}`) as PodObject | undefined);
    return vPod?.metadata.uid === named?.uid ? (vPod ?? undefined) : undefined;
  }

  private async tell(key: string, warning: Event): Promise<number | null> {
    const text = JSON.stringify(warning);
    if (this.told.get(key) === text) return null;
    const pod = warning.involvedObject.uid ?? '';
    const { after, until } = takeOne(this.allowances.get(pod) ?? null, Date.now());
    this.allowances.set(pod, after);
    if (until !== null) return until;
    await putEvent(this.context.fleet.virtual.client, warning, this.told.has(key));
    this.told.set(key, text);
    return null;
  }
}
