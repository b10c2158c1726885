import type { ResourceLimit } from '../../api/names/types';
import { isOurs, type Ownership } from '../pods';
import {
  addAmounts,
  type Amounts,
  compareQuantities,
  floorTo,
  granularityOf,
  minQuantity,
  parseQuantity,
  percentOf,
  type Quantity,
  type ResourceList,
  subtractQuantities,
  toAmounts,
  toResourceList,
  ZERO,
} from '../quantity';
import { occupiesNode, type OccupyingPod } from './occupancy';
import { podRequests } from './pod-requests';

/** Everything that decides how much of a node is lent. */
export interface CapacityFacts extends Ownership {
  /** Status of the physical node; capacity counts only where allocatable is empty. */
  readonly node: { readonly allocatable?: ResourceList; readonly capacity?: ResourceList };
  /** All pods bound to the physical node, whoever owns them. */
  readonly pods: readonly OccupyingPod[];
  /** Limits of the selected policy; a resource that is not listed is lent in full. */
  readonly limits: readonly ResourceLimit[] | undefined;
}

/**
 * What a vnode offers, as capacity and as allocatable (spec leasing.md 7.5): the node's own less what others use, then
 * cut by the limits in order. Pods of this binding are not subtracted, the virtual scheduler counts them; pods of other
 * bindings and other virtual clusters are. Zero is a value; every resource is rounded down to what can be lent of it.
 */
export function lendableCapacity(facts: CapacityFacts): Record<string, string> {
  return toResourceList(lentAmounts(facts));
}

function lentAmounts(facts: CapacityFacts): Amounts {
  return roundDown((facts.limits ?? []).reduce(applyLimit, freeAmounts(facts)));
}

/** What a node has, lends, and is used for: amounts by resource, `pods` included. */
export interface NodeFigures {
  /** What the physical node can allocate. */
  readonly origin: Amounts;
  /** What the vnode offers. */
  readonly available: Amounts;
  /** What pods ask for that are not this binding's. */
  readonly physicalUsage: Amounts;
  /** What this binding's own pods ask for. */
  readonly virtualUsage: Amounts;
}

/** The figures behind {@link lendableCapacity}, for those who watch (spec leasing.md 14.1). */
export function nodeFigures(facts: CapacityFacts): NodeFigures {
  return {
    origin: baseAmounts(facts.node),
    available: lentAmounts(facts),
    physicalUsage: usedByOthers(facts),
    virtualUsage: usedBy(facts.pods.filter((pod) => isOurs(pod, facts))),
  };
}

function freeAmounts(facts: CapacityFacts): Amounts {
  const used = usedByOthers(facts);
  const base = Object.entries(baseAmounts(facts.node));
  return Object.fromEntries(
    base.map(([resource, amount]) => [resource, subtractQuantities(amount, used[resource] ?? ZERO)]),
  );
}

function baseAmounts({ allocatable, capacity }: CapacityFacts['node']): Amounts {
  return toAmounts(Object.keys(allocatable ?? {}).length > 0 ? allocatable : capacity);
}

const ONE_POD: Amounts = toAmounts({ pods: '1' });

function usedByOthers(facts: CapacityFacts): Amounts {
  return usedBy(facts.pods.filter((pod) => !isOurs(pod, facts)));
}

function usedBy(pods: readonly OccupyingPod[]): Amounts {
  return pods
    .filter(occupiesNode)
    .map((pod) => addAmounts(podRequests(pod), ONE_POD))
    .reduce(addAmounts, {});
}

function applyLimit(free: Amounts, limit: ResourceLimit): Amounts {
  const available = free[limit.resource];
  if (available === undefined) {
    return free;
  }
  return { ...free, [limit.resource]: capsOf(limit, available).reduce(minQuantity, available) };
}

function capsOf({ quantity, percent }: ResourceLimit, available: Quantity): Quantity[] {
  const caps: Quantity[] = [];
  if (quantity !== undefined) {
    // Fails closed: a limit that cannot be read, or is below zero, lends nothing.
    const cap = parseQuantity(quantity) ?? ZERO;
    caps.push(compareQuantities(cap, ZERO) < 0 ? ZERO : cap);
  }
  if (percent !== undefined) {
    caps.push(percentOf(available, percent));
  }
  return caps;
}

function roundDown(amounts: Amounts): Amounts {
  return Object.fromEntries(
    Object.entries(amounts).map(([resource, amount]) => [resource, floorTo(amount, granularityOf(resource))]),
  );
}
