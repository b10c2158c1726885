import { defineSearchAttributeKey } from '@temporalio/common';

/*
 * What Temporal finds workflows by; values change on real transitions only. `kubeocean up` registers them; who runs workers
 * without it registers them himself (docs/settings.md).
 */

/** Name of the ClusterBinding. */
export const KoBinding = defineSearchAttributeKey('KoBinding', 'KEYWORD');
/** The clusterID of a binding. */
export const KoCluster = defineSearchAttributeKey('KoCluster', 'KEYWORD');
/** Name of the physical node. */
export const KoNode = defineSearchAttributeKey('KoNode', 'KEYWORD');
/** Phase of a binding or of a lease. */
export const KoPhase = defineSearchAttributeKey('KoPhase', 'KEYWORD');
/** When the lease of a node ends. */
export const KoWindowEnd = defineSearchAttributeKey('KoWindowEnd', 'DATETIME');

/** All of them. */
export const SEARCH_ATTRIBUTES = [KoBinding, KoCluster, KoNode, KoPhase, KoWindowEnd] as const;
