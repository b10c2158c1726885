/** API group and version of both custom resources (spec leasing.md section 1). */
export const API_GROUP = 'cloud.tencent.com';
/** See {@link API_GROUP}. */
export const API_VERSION = 'v1beta1';
/** What `apiVersion` says in both custom resources. */
export const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
/** Kind of the resource in the virtual cluster. */
export const CLUSTER_BINDING_KIND = 'ClusterBinding';
/** Kind of the resource in physical clusters. */
export const POLICY_KIND = 'ResourceLeasingPolicy';
/** Key of the kubeconfig inside the Secret that `spec.secretRef` names. */
export const KUBECONFIG_KEY = 'kubeconfig';
/** Task queue of workflows and short activities. */
export const TASK_QUEUE = 'kubeocean';
/** Task queue of the long-running watch activities; a slot is a watch. */
export const WATCH_TASK_QUEUE = 'kubeocean-watch';
