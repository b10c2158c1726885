/** The five workflows and the standing audit, as the worker bundles them. */
export { manager } from './manager';
export { clusterBinding } from './cluster-binding';
export { leasedNode } from './leased-node';
export { virtualPod } from './virtual-pod';
export { watch } from './watch';
export { audit } from './audit';
