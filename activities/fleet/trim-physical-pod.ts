import type { Container, ContainerStatus, Pod, PodSpec, PodStatus } from 'kubernetes-types/core/v1';
import { Label, MANAGED_BY } from '../../api/names/keys';

const RESIZE_PENDING = 'PodResizePending';

/**
 * What the store keeps of a pod in a physical cluster: ours entirely, of the owner's only what capacity, host ports and identity
 * are read from. A lender may run thousands of them.
 */
export function trimPhysicalPod(pod: Pod): Pod {
  const { metadata = {}, spec, status } = pod;
  if (metadata.labels?.[Label.ManagedBy] === MANAGED_BY) return pod;
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata;
  return {
    metadata: { name, namespace, uid, resourceVersion, deletionTimestamp },
    spec: spec && slimSpec(spec),
    status: status && slimStatus(status),
  };
}

function slimSpec(spec: PodSpec): PodSpec {
  const { nodeName, overhead, resources } = spec as PodSpec & { resources?: unknown };
  const lists = { containers: spec.containers.map(slimContainer), initContainers: spec.initContainers?.map(slimContainer) };
  return { nodeName, overhead, resources, ...lists } as PodSpec;
}

function slimContainer({ name, ports, resources, restartPolicy }: Container): Container {
  return { name, ports, resources, restartPolicy };
}

/** An in-place resize tells in the statuses what is allocated, and in a condition that the node has refused it. */
function slimStatus(status: PodStatus): PodStatus {
  const { phase, conditions, resources, allocatedResources } = status as PodStatus & { resources?: unknown; allocatedResources?: unknown };
  const { containerStatuses, initContainerStatuses } = status;
  const slim = {
    phase,
    conditions: conditions?.filter(({ type }) => type === RESIZE_PENDING),
    resources,
    allocatedResources,
    containerStatuses: containerStatuses?.map(slimContainerStatus),
    initContainerStatuses: initContainerStatuses?.map(slimContainerStatus),
  };
  return slim as PodStatus;
}

function slimContainerStatus(status: ContainerStatus): ContainerStatus {
  const { name, allocatedResources, resources } = status as ContainerStatus & { allocatedResources?: unknown; resources?: unknown };
  return { name, allocatedResources, resources } as unknown as ContainerStatus;
}
