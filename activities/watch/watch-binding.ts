import type { Client } from '@temporalio/client';
import { ClusterBindings } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { BY_BINDING, BY_NODE, BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import type { EdgeRush } from '../node/edge-rush';
import type { ActivitySettings } from '../settings';
import type { ConflatingSignals } from '../temporal/signals';
import { isAbandoned } from '../../domain/binding';
import { isPlaceholder } from '../../domain/host-ports';
import type { PodObject } from '../../domain/pods';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import type { WatchContext } from './context';
import { ClaimWatch } from './claim-watch';
import { CopyWatch } from './copy-watch';
import { CsiNodeWatch } from './csi-node-watch';
import { EditGuard } from './edit-guard';
import { HostPortWatch } from './host-port-watch';
import { Lull } from './lull';
import { Messenger } from './messenger';
import { NodeWatch } from './node-watch';
import { PodWatch } from './pod-watch';
import { PolicyWatch } from './policy-watch';
import { Reachability } from './reachability';
import { ServiceWatch } from './service-watch';
import { TokenWatch } from './token-watch';
import { WarningWatch } from './warning-watch';

/** What the watch of a binding works with; its process has one of each. */
export interface WatchDependencies {
  readonly fleet: Fleet;
  readonly settings: ActivitySettings;
  readonly client: Client;
  readonly signals: ConflatingSignals;
  readonly rush: EdgeRush;
  readonly onError: (error: unknown, subject: string) => void;
  /** The bindings that this process watches now, for its metrics. */
  readonly watched: Set<WatchContext>;
}

/**
 * Watches the physical cluster of one binding until `stopped` aborts, the credentials change, or the binding is gone or abandoned:
 * its lists would be good for a while yet, and call for pods whose workflows have been dismissed.
 * Level-triggered: it starts by comparing everything, so whatever happened while nobody watched is found.
 * @throws CredentialsFault, KubeError when the cluster cannot be opened
 */
export async function watchBinding(
  deps: WatchDependencies,
  ref: BindingRef,
  stopped: AbortSignal,
): Promise<'again' | 'gone'> {
  const { fleet } = deps;
  await fleet.virtual.synced();
  const found = fleet.binding(ref.name, ref.uid);
  if (found === undefined) return (await isGone(fleet, ref)) ? 'gone' : 'again';
  const physical = await fleet.physical(found);
  const { abandoned, unfollow } = followAbandonment(fleet, ref);
  const ended = AbortSignal.any([stopped, physical.closed, abandoned]);
  const lull = new Lull();
  const messenger = new Messenger(deps.client, deps.signals, ref, lull);
  const binding = () => fleet.binding(ref.name, ref.uid);
  const context: WatchContext = { ...deps, physical, messenger, lull, ref, binding };
  const reachability = new Reachability(context);
  try {
    reachability.start();
    await Promise.race([physical.synced(), aborted(ended)]);
    if (!ended.aborted) await runParts(context, deps.watched, ended);
    return abandoned.aborted ? 'gone' : 'again';
  } finally {
    unfollow();
    reachability.stop();
    messenger.stop();
  }
}

/** @returns a signal that aborts when somebody gives the cluster up, and the way to stop looking for that */
function followAbandonment(fleet: Fleet, ref: BindingRef): { readonly abandoned: AbortSignal; readonly unfollow: () => void } {
  const controller = new AbortController();
  const look = () => {
    const binding = fleet.binding(ref.name, ref.uid);
    if (binding !== undefined && isAbandoned(binding)) controller.abort();
  };
  const unfollow = fleet.virtual.bindings.subscribe(look);
  look();
  return { abandoned: controller.signal, unfollow };
}

/** Everything that compares the two sides: it needs both sides' lists. */
async function runParts(context: WatchContext, watched: Set<WatchContext>, ended: AbortSignal): Promise<void> {
  const mirrors = [CopyWatch, ClaimWatch, HostPortWatch, CsiNodeWatch, ServiceWatch];
  const parts = [EditGuard, NodeWatch, PodWatch, PolicyWatch, TokenWatch, ...mirrors, WarningWatch].map((Part) => new Part(context));
  watched.add(context);
  try {
    for (const part of parts) part.start();
    reviewPods(context);
    endStrays(context);
    await aborted(ended);
  } finally {
    watched.delete(context);
    for (const part of parts) part.stop();
  }
}

/** The store may be behind: only the API server can say that a binding is gone. */
async function isGone({ virtual }: Fleet, { name, uid }: BindingRef): Promise<boolean> {
  const binding = await virtual.client.get(ClusterBindings, { name });
  return binding?.metadata.uid !== uid;
}

/** A predecessor of this watch may have died between a pod and its message: nodes with pods compare them with their workflows. */
function reviewPods({ fleet, ref, messenger }: WatchContext): void {
  for (const vnode of fleet.virtual.nodes.store.by(BY_BINDING, ref.name)) {
    const node = physicalNodeOf(vnode as NodeObject);
    const pods = fleet.virtual.pods.store.by(BY_NODE, vnode.metadata?.name ?? '') as readonly PodObject[];
    if (node !== null && pods.some((pod) => !isPlaceholder(pod))) messenger.reviewNode(node);
  }
}

/** Of the pods that ended before this watch began. A node without pods looks for no workflows of theirs. */
function endStrays({ fleet, physical, messenger }: WatchContext): void {
  const lists = [fleet.virtual.pods.store, physical.pods.store];
  messenger.endStrays((uid) => lists.every((list) => list.by(BY_VIRTUAL_UID, uid).length === 0));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
