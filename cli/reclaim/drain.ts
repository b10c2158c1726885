import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1';
import { isKubeError, type KubeClient, Pods } from '../../kube';
import type { Io } from '../io';
import { UserError } from '../user-error';
import { ourPodsOn } from './our-pods';

/** How a node is emptied. */
export interface DrainOptions {
  readonly nodes: readonly string[];
  /** Until when pods may finish, epoch milliseconds. */
  readonly deadline: number;
  /** Evict them meanwhile, as their disruption budgets in this cluster allow. */
  readonly evict: boolean;
  /** Instead of each pod's own termination grace, seconds. */
  readonly gracePeriodSeconds?: number;
  /** When to give up, epoch milliseconds. */
  readonly giveUpAt: number;
}

const LOOK_MILLIS = 1_000;
/** So long nothing of ours must come back: a worker may have been about to create a pod when the node was marked. */
const QUIET_MILLIS = 3_000;

/**
 * Empties nodes of everything that Kubeocean runs there, with this cluster alone. An API server that does not answer for a while
 * is asked again: what is not known is not empty.
 * @returns how many pods were told to go
 * @throws UserError when some are left in the end, naming them, or when nobody can tell
 */
export async function drain(client: KubeClient, options: DrainOptions, io: Io): Promise<number> {
  const drainer = new Drainer(client, options, io);
  let emptySince: number | null = null;
  for (;;) {
    const pods = await unlessSilent(ourPodsOn(client, options.nodes));
    const now = Date.now();
    emptySince = pods?.length === 0 ? (emptySince ?? now) : null;
    if (emptySince !== null && now - emptySince >= QUIET_MILLIS) return drainer.told.size;
    if (emptySince === null && now >= options.giveUpAt) throw new UserError(pods === null ? UNKNOWN : notEmpty(pods));
    await Promise.all((pods ?? []).map((pod) => unlessSilent(drainer.end(pod, now))));
    await sleep(LOOK_MILLIS);
  }
}

const UNKNOWN = 'The API server does not answer, so nobody can tell whether pods are left: repeat it.';

/** Null where the API server did not answer, or had too much to do. */
async function unlessSilent<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking;
  } catch (error) {
    if (isKubeError(error, 'ApiUnavailable') || isKubeError(error, 'Throttled')) return null;
    throw error;
  }
}

class Drainer {
  /** UIDs of pods that were told to go. */
  readonly told = new Set<string>();
  /** UIDs of those that were deleted, not evicted. */
  private readonly deleted = new Set<string>();

  constructor(
    private readonly client: KubeClient,
    private readonly options: DrainOptions,
    private readonly io: Io,
  ) {}

  async end(pod: Pod, now: number): Promise<void> {
    const { uid = '', name = '', namespace = '' } = pod.metadata ?? {};
    const way = this.wayOf(pod, now);
    if (way === null) return;
    const done = way === 'delete' ? await this.remove(namespace, name, uid) : await this.evict(namespace, name, uid);
    if (!done) return;
    this.told.add(uid);
    if (way === 'delete') this.deleted.add(uid);
    this.io.out(`${way === 'delete' ? 'deleted' : 'evicted'}  pod/${namespace}/${name}\n`);
  }

  /** Null: the pod has time, or is on its way already and nobody asked for more haste. */
  private wayOf({ metadata }: Pod, now: number): 'delete' | 'evict' | null {
    const { deadline, evict, gracePeriodSeconds } = this.options;
    const going = metadata?.deletionTimestamp !== undefined;
    if (now < deadline) return evict && !going ? 'evict' : null;
    const hurried = gracePeriodSeconds !== undefined && !this.deleted.has(metadata?.uid ?? '');
    return !going || hurried ? 'delete' : null;
  }

  private async remove(namespace: string, name: string, uid: string): Promise<boolean> {
    const { gracePeriodSeconds } = this.options;
    return (await this.client.remove(Pods, { namespace, name }, { uid, gracePeriodSeconds })) === 'deleted';
  }

  /** A budget that does not allow it now may allow it in a moment; what it never allows is deleted at the deadline. */
  private async evict(namespace: string, name: string, uid: string): Promise<boolean> {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name }, deleteOptions: { preconditions: { uid } } };
    try {
      await this.client.createSubresource(Pods, { namespace, name }, { name: 'eviction', body });
      return true;
    } catch (error) {
      if (isKubeError(error, 'DrainBlocked') || isKubeError(error, 'NotFound') || isKubeError(error, 'Conflict')) return false;
      throw error;
    }
  }
}

function notEmpty(pods: readonly Pod[]): string {
  const names = pods.map(({ metadata, spec }) => `${metadata?.namespace}/${metadata?.name} (${spec?.nodeName ?? 'no node yet'})`);
  return `Still there: ${names.sort().join(', ')}. Where a machine is dead, repeat with --grace-period 0, which ends them in the API alone.`;
}
