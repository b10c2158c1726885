import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node } from 'kubernetes-types/core/v1';
import { Annotation, GATEWAY_LEASE, Label, MANAGED_BY, PHYSICAL_READY } from '../api/names/keys';
import { createKubeClient, NodeLeases, Nodes, startInformer, type ClusterAccess, type Informer, type KubeClient } from '../kube';
import type { Logger } from '../workers/observability/logger';
import { serveHealth } from '../workers/process';
import { floodLog } from './failure-log';
import { KubeletApi, type KubeletApiOptions } from './kubelet/kubelet-api';
import { serveVnodes } from './node-metrics/serve-vnodes';
import { buryLease } from './leases/bury-lease';
import { Heartbeat } from './leases/heartbeat';
import { gatewayLease, LEASE_SELECTOR, NODE_LEASE_NAMESPACE } from './leases/lease-object';
import { NodeLeaseKeeper, type KeeperObserver } from './leases/node-lease-keeper';
import { DEFAULT_LEASE_TIMING, slotOf, type LeaseTiming } from './leases/timing';
import { writeLease } from './leases/write-lease';
import { GatewayMetrics } from './metrics';

/** What a gateway serves, where, and for whom. */
export interface GatewayOptions {
  /** The virtual cluster. */
  readonly access: ClusterAccess;
  /** 0: a free one. */
  readonly httpPort: number;
  readonly logger: Logger;
  /** Default {@link DEFAULT_LEASE_TIMING}. */
  readonly timing?: LeaseTiming;
  /** Default: the kubelet API is not served. */
  readonly kubelet?: KubeletApiOptions;
}

/** A gateway that listens. */
export interface Gateway {
  readonly httpPort: number;
  /** Null: it is not served. */
  readonly kubelet: KubeletApi | null;
  /** Resolves when the first lists are in: from then on heartbeats are written. Rejects when it is stopped before. */
  synced(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a gateway. It listens before it has reached the cluster, and waits for it for as long as it takes.
 *
 * @throws Error when the port is taken.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { logger, timing = DEFAULT_LEASE_TIMING } = options;
  const identity = `${hostname()}_${randomBytes(4).toString('hex')}`;
  let keeper: NodeLeaseKeeper | undefined;
  const metrics = new GatewayMetrics({ vnodes: () => vnodes.store.size, kept: () => keeper?.size ?? 0 });
  const client = createKubeClient(options.access, { component: 'gateway', observe: (request) => metrics.request(request) });
  const { vnodes, leases } = watchCluster(client, logger);
  const lists = { vnodes, leases };
  const observe = (route: string, status: number) => metrics.answered(route, status);
  const kubelet = options.kubelet === undefined ? null : new KubeletApi({ client, vnodes, logger, observe }, options.kubelet);
  const ports = kubelet === null ? null : serveVnodes({ kubelet, vnodes, logger, prometheusPort: options.kubelet?.prometheusPort ?? null });
  const health = await serveHealth({
    port: options.httpPort,
    // Heartbeats do not wait for a certificate, which in some clusters nobody signs.
    checks: { livez: () => [], readyz: () => missingLists(lists), kubeletz: () => kubelet?.missing() ?? [] },
    metrics: () => metrics.registry.metrics(),
  });
  let own: Heartbeat | undefined;
  const begun = Promise.all([vnodes.synced(), leases.synced()]).then(() => {
    keeper = new NodeLeaseKeeper({
      ...{ client, vnodes, leases, identity, timing },
      bury: (vnode) => buryLease(client, vnode),
      observe: observer(metrics, logger),
    });
    own = keepOwnLease({ client, identity, timing, logger });
    logger.info({ vnodes: vnodes.store.size }, 'gateway keeps the heartbeats of virtual nodes');
  });
  begun.catch(() => undefined);
  return {
    httpPort: health.port,
    kubelet,
    synced: () => begun,
    stop: async () => {
      // Heartbeats go on while streams do.
      await Promise.all([ports?.stop(), kubelet?.stop()]);
      await Promise.all([keeper?.stop(), own?.stop()]);
      await Promise.all([health.close(), vnodes.stop(), leases.stop()]);
      await client.close();
    },
  };
}

function observer(metrics: GatewayMetrics, logger: Logger): KeeperObserver {
  const log = floodLog(logger, 'node lease not renewed');
  return {
    done: (beat, lateness) => metrics.done(beat, lateness),
    failed: (virtualNode, error) => {
      metrics.failed();
      log({ virtualNode }, error);
    },
  };
}

interface Lists {
  readonly vnodes: Informer<Node>;
  readonly leases: Informer<Lease>;
}

function watchCluster(client: KubeClient, logger: Logger): Lists {
  const onError = (kind: string) => {
    const log = floodLog(logger, 'list or watch failed, trying again');
    return (error: unknown) => log({ kind }, error);
  };
  return {
    vnodes: startInformer(client, Nodes, {
      labelSelector: `${Label.ManagedBy}=${MANAGED_BY}`,
      trim: trimmed,
      onError: onError('Node'),
    }),
    leases: startInformer(client, NodeLeases, {
      namespace: NODE_LEASE_NAMESPACE,
      labelSelector: LEASE_SELECTOR,
      onError: onError('Lease'),
    }),
  };
}

const KEPT_LABELS: readonly string[] = [Label.ClusterBinding, Label.ProxierPort];
const KEPT_ANNOTATIONS: readonly string[] = [Annotation.PhysicalNodeName];

/** All that heartbeats and the kubelet API need of a Node; a thousand whole ones would be megabytes. */
function trimmed({ metadata, status }: Node): Node {
  const { name, uid, resourceVersion, creationTimestamp, labels, annotations } = metadata ?? {};
  const kept = { labels: picked(labels, KEPT_LABELS), annotations: picked(annotations, KEPT_ANNOTATIONS) };
  const conditions = status?.conditions?.filter(({ type }) => type === PHYSICAL_READY);
  return { metadata: { name, uid, resourceVersion, creationTimestamp, ...kept }, status: { conditions } };
}

function picked(all: Readonly<Record<string, string>> = {}, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
}

function missingLists(lists: Lists): string[] {
  return Object.entries(lists)
    .filter(([, informer]) => !informer.hasSynced())
    .map(([name]) => `the list of ${name} is not complete yet`);
}

interface OwnLease {
  readonly client: KubeClient;
  readonly identity: string;
  readonly timing: LeaseTiming;
  readonly logger: Logger;
}

/** Every gateway writes it: a reader cares for the last one only. */
function keepOwnLease({ client, identity, timing, logger }: OwnLease): Heartbeat {
  const log = floodLog(logger, 'heartbeat of the gateway not written');
  return new Heartbeat({
    period: timing.period,
    slot: slotOf(GATEWAY_LEASE.name, identity, timing.period),
    beat: async () => {
      await writeLease(client, gatewayLease(identity, { now: Date.now(), durationSeconds: timing.durationSeconds }), true);
      return 'renewed';
    },
    onError: (error) => log({ lease: GATEWAY_LEASE }, error),
  });
}
