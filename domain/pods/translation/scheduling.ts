import type { Affinity, PodSpec, Toleration } from 'kubernetes-types/core/v1';
import { DEFAULT_PRIORITY_CLASS, Taint } from '../../../api/names/keys';
import type { PodObject } from '../types';
import type { TranslationContext } from './context';

/**
 * Where and how urgently the copy runs. The virtual scheduler has chosen the node and honoured the user's constraints;
 * the physical side gets that one node, by name or by the only affinity term, and a class of its own (spec pods.md 1.6, 4.4).
 */
export function physicalScheduling(vPod: Pick<PodObject, 'spec'>, context: TranslationContext): Partial<PodSpec> {
  return {
    ...(context.directScheduling ? { nodeName: context.physicalNode } : { affinity: onlyNode(context.physicalNode) }),
    priorityClassName: context.podPriorityClassName || DEFAULT_PRIORITY_CLASS,
    tolerations: physicalTolerations(vPod.spec.tolerations ?? []),
  };
}

function onlyNode(name: string): Affinity {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] };
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } };
}

/**
 * The pod's own tolerations. The vnode shows a cordoned node's taint under another key, so a pod that tolerates that one
 * must tolerate the original too, or it could run on the vnode but never on the node.
 */
export function physicalTolerations(tolerations: readonly Toleration[]): Toleration[] {
  const cordonTolerations = tolerations.filter(({ key }) => key === Taint.PhysicalUnschedulable);
  return [...tolerations, ...cordonTolerations.map((toleration) => ({ ...toleration, key: Taint.NodeUnschedulable }))];
}
