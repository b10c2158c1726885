import { Annotation } from '../../api/names/keys';
import { isDeleting, isTerminal, tokenRequests, virtualPodOf } from '../../domain/pods';
import type { PodObject, PodRef, TokenRequest } from '../../domain/pods';
import { Pods, Secrets } from '../../kube';
import type { KubeObject } from '../../kube';
import { BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import { subjectOf } from '../pod/subject';
import { renewTokens } from '../pod/token-secrets';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** When to look again at a Secret without a vPod that may not go yet. */
const LOOK_AGAIN_MILLIS = 10_000;

/**
 * Keeps the tokens of running pods there and fresh, renewed at 80 % of their life for as long as the vPod lives, and removes them
 * when their pod is gone: in a lull, because nobody waits for it, and without its pod a token opens nothing.
 */
export class TokenWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];
  /** By key: Secrets that were seen to go. */
  private readonly gone = new Map<string, KubeObject>();
  /** Keys of Secrets whose vPod has left the list, until the next lull. */
  private readonly waiting = new Set<string>();
  /** UIDs of the vPods that were seen to leave the list, as long as Secrets of theirs are there. */
  private readonly departed = new Set<string>();

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: 8, onError });
  }

  start(): void {
    const { fleet, physical: { tokenSecrets } } = this.context;
    const compareAll = () => {
      for (const { metadata } of tokenSecrets.store.list()) this.queue.add(`${metadata?.namespace}/${metadata?.name}`);
    };
    this.ends.push(
      tokenSecrets.subscribe(({ key, old, new: now }) => {
        if (now === null && old !== null) this.removed(key, old);
        this.queue.add(key);
      }),
      tokenSecrets.onList(compareAll),
      fleet.virtual.pods.subscribe(({ old, new: now }) => {
        if (old !== null && now?.metadata?.uid !== old.metadata?.uid) void this.follow(old.metadata?.uid ?? '');
      }),
    );
    compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private removed(key: string, secret: KubeObject): void {
    this.gone.set(key, secret);
    const uid = secret.metadata?.annotations?.[Annotation.VirtualPodUid] ?? '';
    if (this.context.physical.tokenSecrets.store.by(BY_VIRTUAL_UID, uid).length === 0) this.departed.delete(uid);
  }

  /** The tokens of a pod that has left go with it. */
  private async follow(uid: string): Promise<void> {
    const { lull, physical } = this.context;
    const keys = physical.tokenSecrets.store.by(BY_VIRTUAL_UID, uid).map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
    if (keys.length === 0) return;
    this.departed.add(uid);
    for (const key of keys) this.waiting.add(key);
    await lull.next();
    for (const key of keys) {
      this.waiting.delete(key);
      this.queue.add(key);
    }
  }

  private async reconcile(key: string): Promise<number | null> {
    const secret = this.context.physical.tokenSecrets.store.get(key);
    const gone = this.gone.get(key);
    this.gone.delete(key);
    if (secret === undefined) return gone === undefined ? null : this.restore(gone);
    if (this.waiting.has(key) || secret.metadata?.deletionTimestamp !== undefined) return null;
    const vPod = this.podOf(secret);
    return vPod === undefined ? this.collect(secret) : this.renew(secret, vPod);
  }

  /** Somebody took the tokens of a pod that is to run. */
  private async restore(secret: KubeObject): Promise<null> {
    const vPod = this.podOf(secret);
    if (vPod !== undefined && !isDeleting(vPod) && !isTerminal(vPod)) await this.issue(vPod, requestsIn(secret, vPod));
    return null;
  }

  /** @returns when the tokens are due */
  private async renew(secret: KubeObject, vPod: PodObject): Promise<number | null> {
    const requests = requestsIn(secret, vPod);
    const { [Annotation.TokenRenewAt]: due, [Annotation.TokenExpiresAt]: expiry } = secret.metadata?.annotations ?? {};
    // One that does not say, or that has expired although it was not due, is renewed now.
    const renewAt = Math.min(Date.parse(due ?? '') || 0, Date.parse(expiry ?? '') || 0);
    if (requests.length === 0 || Date.now() < renewAt) return requests.length === 0 ? null : renewAt;
    await this.issue(vPod, requests);
    return null;
  }

  private async issue(vPod: PodObject, requests: readonly TokenRequest[]): Promise<void> {
    const { fleet, ref } = this.context;
    const { namespace, name, uid } = vPod.metadata;
    const subject = await subjectOf(fleet, { binding: ref.name, bindingUid: ref.uid, node: '', pod: { namespace, name, uid } });
    await renewTokens(fleet, subject, vPod, requests);
  }

  /** Removes a Secret without a vPod, as soon as no copy of that stands any more: a pod that stops keeps its tokens. */
  private async collect(secret: KubeObject): Promise<number | null> {
    const { fleet, physical } = this.context;
    const now = Date.now();
    const pod = virtualPodOf(secret as Pick<PodObject, 'metadata'>);
    if (!fleet.virtual.isFresh(now) || !physical.isFresh(now)) return now + LOOK_AGAIN_MILLIS;
    if (pod !== null) {
      if (physical.pods.store.by(BY_VIRTUAL_UID, pod.uid).length > 0) return now + LOOK_AGAIN_MILLIS;
      if (!(await this.isGone(pod))) return now + LOOK_AGAIN_MILLIS;
    }
    const { namespace, name = '', uid } = secret.metadata ?? {};
    await physical.client.remove(Secrets, { namespace, name }, { uid });
    return null;
  }

  /** A list that lacks a vPod may be behind, unless it has had it: then the API server has to say so. */
  private async isGone(pod: PodRef): Promise<boolean> {
    if (this.departed.has(pod.uid)) return true;
    const live = await this.context.fleet.virtual.client.get(Pods, pod);
    return live?.metadata?.uid !== pod.uid;
  }

  private podOf(secret: KubeObject): PodObject | undefined {
    const uid = secret.metadata?.annotations?.[Annotation.VirtualPodUid] ?? '';
    const [vPod] = this.context.fleet.virtual.pods.store.by(BY_VIRTUAL_UID, uid);
    return vPod as PodObject | undefined;
  }
}

function requestsIn({ metadata }: KubeObject, vPod: PodObject): TokenRequest[] {
  return tokenRequests(vPod).filter(({ secretName }) => secretName === metadata?.name);
}
