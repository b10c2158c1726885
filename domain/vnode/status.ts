import type { NodeAddress, NodeCondition, NodeStatus } from 'kubernetes-types/core/v1';
import { PHYSICAL_READY } from '../../api/names/keys';
import { type ResourceList, sameResources } from '../quantity';
import { desiredConditions } from './conditions';
import { sameJson } from '../json/canonical-json';
import { vnodeName } from './naming';
import { sameNodeConditions } from './same-conditions';
import type { NodeObject, VnodeBinding, VnodeEndpoint } from './types';

/** What decides the status of a vnode. The physical node must have been observed: an unknown one changes nothing. */
export interface StatusFacts {
  readonly binding: VnodeBinding;
  readonly physical: NodeObject;
  readonly endpoint: VnodeEndpoint;
  /** What is lent, see `lendableCapacity`; it is capacity and allocatable alike. */
  readonly capacity: ResourceList;
  /** The vnode as it is, `null` before it exists. */
  readonly live: NodeObject | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A JSON merge patch of the subresource `status`: only what differs, lists as a whole, vanished resources as `null`. */
export interface VnodeStatusPatch {
  readonly status: {
    readonly capacity?: Readonly<Record<string, string | null>>;
    readonly allocatable?: Readonly<Record<string, string | null>>;
    readonly conditions?: readonly NodeCondition[];
    readonly addresses?: readonly NodeAddress[];
    readonly nodeInfo?: object;
    readonly daemonEndpoints?: object;
    readonly phase?: string;
  };
}

/** The status that a vnode should have (spec leasing.md 7.6). Images and volumes stay in the physical cluster. */
export function desiredStatus(facts: StatusFacts): NodeStatus {
  const { physical, endpoint } = facts;
  const offered = Object.fromEntries(
    Object.entries(facts.capacity).map(([resource, amount]) => [resource, String(amount)]),
  );
  return {
    capacity: offered,
    allocatable: offered,
    conditions: desiredConditions(facts),
    addresses: addressesOf(facts),
    daemonEndpoints: { kubeletEndpoint: { Port: endpoint.commonPort ?? endpoint.kubeletPort } },
    ...(physical.status?.nodeInfo === undefined ? {} : { nodeInfo: physical.status.nodeInfo }),
    ...(physical.status?.phase === undefined ? {} : { phase: physical.status.phase }),
  };
}

/**
 * The patch that brings an existing vnode's status to what it should be, or `null` where only heartbeat times differ.
 */
export function planVnodeStatus(facts: StatusFacts & { readonly live: NodeObject }): VnodeStatusPatch | null {
  const live = facts.live.status ?? {};
  const wanted = desiredStatus(facts);
  const status: VnodeStatusPatch['status'] = {
    ...resourcePatch('capacity', live.capacity, wanted.capacity),
    ...resourcePatch('allocatable', live.allocatable, wanted.allocatable),
    ...(sameNodeConditions(live.conditions ?? [], wanted.conditions ?? []) ? {} : { conditions: wanted.conditions }),
    ...Object.fromEntries(
      PLAIN_FIELDS.filter((field) => differs(live[field], wanted[field])).map((field) => [field, wanted[field]]),
    ),
  };
  return Object.keys(status).length === 0 ? null : { status };
}

/** Fields that are equal when their JSON is. */
const PLAIN_FIELDS = ['addresses', 'daemonEndpoints', 'nodeInfo', 'phase'] as const;

/** What the physical node does not say is left as it is. */
function differs(live: unknown, wanted: unknown): boolean {
  return wanted !== undefined && !sameJson(live, wanted);
}

/** Whether the gateway should renew a vnode's NodeLease: the last observation of the physical node was Ready. */
export function isPhysicalReady({ status }: Pick<NodeObject, 'status'>): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === PHYSICAL_READY && condition.status === 'True',
  );
}

function addressesOf({ binding, physical, endpoint }: StatusFacts): NodeAddress[] {
  const hostname = { type: 'Hostname', address: vnodeName(binding.clusterID, physical.metadata.name) };
  return endpoint.address === null ? [hostname] : [{ type: 'InternalIP', address: endpoint.address }, hostname];
}

function resourcePatch(
  field: 'capacity' | 'allocatable',
  live: ResourceList | undefined,
  wanted: Readonly<Record<string, string>> | undefined,
): VnodeStatusPatch['status'] {
  if (sameResources(live, wanted)) {
    return {};
  }
  const vanished = Object.keys(live ?? {}).filter((resource) => !Object.hasOwn(wanted ?? {}, resource));
  return { [field]: { ...wanted, ...Object.fromEntries(vanished.map((resource) => [resource, null])) } };
}
