import { defineSearchAttributeKey } from '@temporalio/common';

/** Registered by `kubeocean up` and by the install job; changed on real transitions only. */
export const KoBinding = defineSearchAttributeKey('KoBinding', 'KEYWORD');
export const KoCluster = defineSearchAttributeKey('KoCluster', 'KEYWORD');
export const KoNode = defineSearchAttributeKey('KoNode', 'KEYWORD');
export const KoPhase = defineSearchAttributeKey('KoPhase', 'KEYWORD');
export const KoWindowEnd = defineSearchAttributeKey('KoWindowEnd', 'DATETIME');

export const SEARCH_ATTRIBUTES = [KoBinding, KoCluster, KoNode, KoPhase, KoWindowEnd] as const;
