import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node } from 'kubernetes-types/core/v1';
import { GATEWAY_LEASE, Label, MANAGED_BY } from '../../api/names/keys';

/** Where the node lifecycle controller looks for heartbeats. */
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** Selects the heartbeats that we write. */
export const LEASE_SELECTOR = `${Label.ManagedBy}=${MANAGED_BY}`;

/** When a heartbeat is, and for how long it holds. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly durationSeconds: number;
}

/** The heartbeat of a vnode as a kubelet writes it. It goes with its Node, also when nobody deletes it. */
export function nodeLease({ metadata }: Node, moment: Moment): Lease {
  const { name = '', uid = '' } = metadata ?? {};
  const owner = { apiVersion: 'v1', kind: 'Node', name, uid };
  return lease({ namespace: NODE_LEASE_NAMESPACE, name, ownerReferences: [owner] }, name, moment);
}

/** The heartbeat of the gateways: a fresh one means that at least one serves. `identity` names the one that wrote it. */
export function gatewayLease(identity: string, moment: Moment): Lease {
  return lease(GATEWAY_LEASE, identity, moment);
}

function lease(metadata: Lease['metadata'], holderIdentity: string, { now, durationSeconds }: Moment): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...metadata, labels: { [Label.ManagedBy]: MANAGED_BY } },
    spec: { holderIdentity, leaseDurationSeconds: durationSeconds, renewTime: microTime(now) },
  };
}

/** The API takes these times with exactly six decimals. */
function microTime(now: number): string {
  return new Date(now).toISOString().replace('Z', '000Z');
}

/** Whether `live` was renewed less than `fresh` milliseconds ago, for the same Node. Fails towards writing. */
export function isFresh(live: Lease | undefined, wanted: Lease, { now, fresh }: { readonly now: number; readonly fresh: number }): boolean {
  const renewed = Date.parse(live?.spec?.renewTime ?? '');
  return ownerOf(live) === ownerOf(wanted) && Math.abs(now - renewed) < fresh;
}

function ownerOf(object: Lease | undefined): string | undefined {
  return object?.metadata?.ownerReferences?.[0]?.uid;
}
