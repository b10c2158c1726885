import { Annotation } from '../../api/names/keys';
import { tokenRenewAt, tokenRequests } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import type { KubeObject } from '../../kube';
import { BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import { subjectOf } from '../pod/subject';
import { renewTokens } from '../pod/token-secrets';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

/** What an API server grants where a pod does not say, seconds. */
const DEFAULT_LIFE_SECONDS = 3_600;

/** Keeps the tokens of running pods fresh: renewed at 80 % of their life, for as long as the vPod lives. */
export class TokenWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: 8, onError });
  }

  start(): void {
    const { tokenSecrets } = this.context.physical;
    const compareAll = () => {
      for (const { metadata } of tokenSecrets.store.list()) this.queue.add(`${metadata?.namespace}/${metadata?.name}`);
    };
    this.ends.push(tokenSecrets.subscribe(({ key }) => this.queue.add(key)), tokenSecrets.onList(compareAll));
    compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private async reconcile(key: string): Promise<number | null> {
    const { fleet, physical, ref } = this.context;
    const secret = physical.tokenSecrets.store.get(key);
    const vPod = this.podOf(secret);
    if (secret === undefined || vPod === undefined) return null;
    const name = secret.metadata?.name;
    const requests = tokenRequests(vPod).filter(({ secretName }) => secretName === name);
    const lives = requests.map(({ expirationSeconds }) => expirationSeconds ?? DEFAULT_LIFE_SECONDS);
    const expiresAt = Date.parse(secret.metadata?.annotations?.[Annotation.TokenExpiresAt] ?? '') || 0;
    const renewAt = tokenRenewAt(expiresAt - Math.min(...lives) * 1_000, expiresAt);
    if (requests.length === 0 || Date.now() < renewAt) return requests.length === 0 ? null : renewAt;
    const { namespace, uid } = vPod.metadata;
    const pod = { namespace, name: vPod.metadata.name, uid };
    const subject = await subjectOf(fleet, { binding: ref.name, bindingUid: ref.uid, node: '', pod });
    await renewTokens(fleet, subject, vPod, requests);
    return null;
  }

  private podOf(secret: KubeObject | undefined): PodObject | undefined {
    const uid = secret?.metadata?.annotations?.[Annotation.VirtualPodUid] ?? '';
    const [vPod] = this.context.fleet.virtual.pods.store.by(BY_VIRTUAL_UID, uid);
    return vPod as PodObject | undefined;
  }
}
