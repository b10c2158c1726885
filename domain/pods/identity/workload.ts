import type { PodObject } from '../types';

/** The workload that a pod is part of, for labels and reports. */
export interface Workload {
  /** Lower-case kind, `pod` for one without an owner. */
  readonly type: string;
  readonly name: string | null;
}

/** An owner's owner, for callers that have read the ReplicaSet. */
export interface ResolvedOwner {
  readonly kind: string;
  readonly name: string;
}

/**
 * Workload of a pod from its controller, else from its first owner (spec pods.md 1.5).
 * Without `resolved` a ReplicaSet named `<deployment>-<pod-template-hash>` stands for its Deployment, which saves a request per pod.
 * @param resolved what controls the owner, if it was read; it wins.
 */
export function workloadOf(vPod: Pick<PodObject, 'metadata'>, resolved?: ResolvedOwner): Workload {
  const owners = vPod.metadata.ownerReferences ?? [];
  const owner = owners.find((reference) => reference.controller) ?? owners[0];
  if (!owner) return { type: 'pod', name: null };
  if (resolved) return { type: resolved.kind.toLowerCase(), name: resolved.name };
  const deployment = owner.kind === 'ReplicaSet' ? deploymentOf(owner.name, vPod) : null;
  if (deployment) return { type: 'deployment', name: deployment };
  return { type: owner.kind.toLowerCase(), name: owner.name };
}

function deploymentOf(replicaSet: string, vPod: Pick<PodObject, 'metadata'>): string | null {
  const hash = vPod.metadata.labels?.['pod-template-hash'];
  if (!hash || !replicaSet.endsWith(`-${hash}`)) return null;
  return replicaSet.slice(0, -hash.length - 1) || null;
}
