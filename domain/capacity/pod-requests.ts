import { addAmounts, type Amounts, maxAmounts, type Quantity, type ResourceList, toAmounts } from '../quantity';

/** What the scheduler's arithmetic reads of a pod; any pod of an API server fits. */
export interface RequestingPod {
  readonly spec: {
    readonly containers: readonly RequestingContainer[];
    readonly initContainers?: readonly RequestingContainer[];
    readonly overhead?: ResourceList;
    /** Pod-level resources (https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/). */
    readonly resources?: Requests;
  };
  readonly status?: {
    readonly containerStatuses?: readonly AllocatedContainer[];
    readonly initContainerStatuses?: readonly AllocatedContainer[];
    readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
    /** Pod-level, where a cluster resizes pods as a whole. */
    readonly allocatedResources?: ResourceList;
    readonly resources?: Requests;
  };
}

interface Requests {
  readonly requests?: ResourceList;
}

interface RequestingContainer {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly resources?: Requests;
}

interface Allocated {
  readonly allocatedResources?: ResourceList;
  readonly resources?: Requests;
}

interface AllocatedContainer extends Allocated {
  readonly name: string;
}

/**
 * What a pod occupies on its node, as the scheduler counts it: the larger of all containers together and the largest
 * init step, each with the sidecars that run then, replaced by pod-level requests where set, plus overhead.
 * Upstream: `PodRequests` of `k8s.io/component-helpers/resource`.
 */
export function podRequests(pod: RequestingPod): Amounts {
  const aggregated = maxAmounts(runningRequests(pod), largestInitStep(pod));
  return addAmounts({ ...aggregated, ...podLevelRequests(pod) }, toAmounts(pod.spec.overhead));
}

function runningRequests(pod: RequestingPod): Amounts {
  const running = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter(isSidecar)];
  return running.map((container) => longRunningRequests(pod, container)).reduce(addAmounts, {});
}

/** Init containers run one by one, each beside the sidecars that started before it; sidecars alone never exceed the running sum. */
function largestInitStep(pod: RequestingPod): Amounts {
  let sidecars: Amounts = {};
  let largest: Amounts = {};
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) {
      sidecars = addAmounts(sidecars, longRunningRequests(pod, container));
    } else {
      largest = maxAmounts(largest, addAmounts(sidecars, toAmounts(container.resources?.requests)));
    }
  }
  return largest;
}

/**
 * Requests of a container that may be resized in place: until a resize is done, the largest of wanted, allocated and
 * actual; one that the node refused for good is not counted.
 * https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/
 */
function longRunningRequests(pod: RequestingPod, container: RequestingContainer): Amounts {
  return effectiveRequests(pod, container.resources, statusOf(pod, container));
}

function effectiveRequests(pod: RequestingPod, asked: Requests | undefined, status: Allocated | undefined): Amounts {
  const wanted = toAmounts(asked?.requests);
  if (status?.resources === undefined) {
    return wanted;
  }
  const held = maxAmounts(toAmounts(status.resources.requests), toAmounts(status.allocatedResources));
  return isResizeInfeasible(pod) ? held : maxAmounts(wanted, held);
}

function statusOf({ spec, status }: RequestingPod, container: RequestingContainer): AllocatedContainer | undefined {
  const statuses = spec.containers.includes(container) ? status?.containerStatuses : status?.initContainerStatuses;
  return statuses?.find(({ name }) => name === container.name);
}

function isResizeInfeasible(pod: RequestingPod): boolean {
  return (pod.status?.conditions ?? []).some(
    ({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible',
  );
}

/** Only what the pod itself asks at its own level; a resize of it follows the rule of containers. */
function podLevelRequests(pod: RequestingPod): Amounts {
  const asked = Object.keys(pod.spec.resources?.requests ?? {}).filter(isPodLevelResource);
  const effective = effectiveRequests(pod, pod.spec.resources, pod.status);
  return Object.fromEntries(asked.flatMap((resource) => entryOf(effective, resource)));
}

function entryOf(amounts: Amounts, resource: string): [string, Quantity][] {
  const amount = amounts[resource];
  return amount === undefined ? [] : [[resource, amount]];
}

function isPodLevelResource(resource: string): boolean {
  return resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');
}

function isSidecar({ restartPolicy }: RequestingContainer): boolean {
  return restartPolicy === 'Always';
}
