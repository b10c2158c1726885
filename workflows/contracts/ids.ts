/**
 * Workflow ids. They use the binding's name, unique by the API, never the clusterID, which is ours to validate:
 * a rejected duplicate must not be able to adopt what belongs to the healthy binding.
 */

/** There is one for each Temporal namespace. */
export const MANAGER_ID = 'manager';

/** `clusterBinding` of a ClusterBinding. */
export const bindingId = (binding: string): string => `binding/${binding}`;

/** `leasedNode` of a physical node. */
export const nodeId = (binding: string, node: string): string => `node/${binding}/${node}`;

/** One workflow per vPod, by its UID: a successor of the same name is another pod. */
export const podId = (uid: string): string => `pod/${uid}`;

/** The UID in a {@link podId}. */
export const uidOfPod = (workflowId: string): string => workflowId.slice(podId('').length);

/** `watch` of the virtual cluster. */
export const VIRTUAL_WATCH_ID = 'watch/virtual';

/** One level deeper than {@link VIRTUAL_WATCH_ID}, so that a binding may be called `virtual`. */
export const bindingWatchId = (binding: string): string => `watch/binding/${binding}`;
