import type { Cluster } from '../../../local/clusters/cluster';
import { type AuditEvent, graceOf, readAudit } from '../audit';

/** How often a cluster was asked to end each pod, and heard it; by name. By the product, where nothing else is said. */
export interface Departures {
  readonly evicted: Readonly<Record<string, number>>;
  /** With the pod's own grace, or with one that was passed on. */
  readonly deleted: Readonly<Record<string, number>>;
  /** With grace 0: in the virtual cluster the last act for a pod whose copy is gone. */
  readonly settled: Readonly<Record<string, number>>;
  /** By the controllers of the cluster: a NoExecute taint makes one of them delete as well, sometimes before the product does. */
  readonly byControllers: Readonly<Record<string, number>>;
  /** Evictions that a disruption budget refused. */
  readonly refused: Readonly<Record<string, number>>;
}

/** Of the product's accounts; tests themselves are an administrator. */
const PRODUCT = 'system:serviceaccount:kubeocean-';
const isController = ({ user }: AuditEvent) => user.username.startsWith('system:serviceaccount:kube-system:');

/**
 * Counts in the audit log of one cluster what was asked for pods whose names begin like this.
 * @param product beginning of the name of the user that the product is
 */
export async function departuresOf(cluster: Cluster, prefix: string, product = PRODUCT): Promise<Departures> {
  const events = (await readAudit(cluster)).filter(({ objectRef }) => objectRef?.resource === 'pods' && objectRef.name?.startsWith(prefix));
  const named = events.filter(({ user }) => user.username.startsWith(product));
  const heard = named.filter(({ responseStatus }) => (responseStatus?.code ?? 500) < 300);
  const isEviction = ({ verb, objectRef }: AuditEvent) => verb === 'create' && objectRef?.subresource === 'eviction';
  const deletes = heard.filter(({ verb }) => verb === 'delete');
  return {
    evicted: countByName(heard.filter(isEviction)),
    deleted: countByName(deletes.filter((event) => graceOf(event) !== 0)),
    settled: countByName(deletes.filter((event) => graceOf(event) === 0)),
    byControllers: countByName(events.filter((event) => event.verb === 'delete' && isController(event))),
    refused: countByName(named.filter((event) => isEviction(event) && event.responseStatus?.code === 429)),
  };
}

/** `true` for each name that the product asked exactly once to go, one way or the other, or left to a controller that already had. */
export function askedOnce({ evicted, deleted, byControllers }: Departures, names: readonly string[]): Record<string, boolean> {
  const isFine = (name: string) => {
    const asked = (evicted[name] ?? 0) + (deleted[name] ?? 0);
    return asked === 1 || (asked === 0 && (byControllers[name] ?? 0) > 0);
  };
  return Object.fromEntries(names.map((name) => [name, isFine(name)]));
}

function countByName(events: readonly AuditEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { objectRef } of events) counts[objectRef?.name ?? ''] = (counts[objectRef?.name ?? ''] ?? 0) + 1;
  return counts;
}
