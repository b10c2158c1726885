/** Longest value of a label, and longest label of a DNS name. */
export const LABEL_MAX = 63;
/** Longest clusterID: `vnode-<clusterID>-<node>` has to leave room for the node's name. */
export const CLUSTER_ID_MAX = 24;
