import type { PodCondition } from 'kubernetes-types/core/v1';
import type { PodObject } from '../types';

/** Conditions that the kubelet keeps: one that the physical pod no longer has is over. */
const KUBELET_CONDITIONS: readonly string[] = [
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodReadyToStartContainers',
  'PodResizePending',
  'PodResizeInProgress',
  'AllContainersRestarting',
];

type ObservedCondition = PodCondition & { readonly observedGeneration?: number };

/**
 * Conditions of the virtual pod: PodScheduled first, then the physical ones in their order, then those that only
 * the virtual cluster's controllers write (DisruptionTarget, readiness gates).
 * PodScheduled is the virtual scheduler's own word, except while the physical scheduler finds no place for the copy: then its
 * False shows, with its reason and message, until the copy has a node.
 * @param generation the virtual generation that the physical pod is known to reflect; physical generations mean nothing here.
 */
export function virtualConditions(vPod: PodObject, pPod: PodObject, generation: number | undefined): PodCondition[] {
  const own = vPod.status?.conditions ?? [];
  const physical = pPod.status?.conditions ?? [];
  const others = physical.filter(({ type }) => type !== 'PodScheduled');
  const onlyVirtual = own.filter(({ type }) => !KUBELET_CONDITIONS.includes(type) && !hasType(physical, type));
  return [
    ...scheduled(own, physical, generation),
    ...others.map((condition) => regenerated(condition, generation)),
    ...onlyVirtual.filter(({ type }) => type !== 'PodScheduled'),
  ];
}

function scheduled(
  own: readonly PodCondition[],
  physical: readonly PodCondition[],
  generation: number | undefined,
): PodCondition[] {
  const [virtual, there] = [own, physical].map((conditions) => conditions.find(({ type }) => type === 'PodScheduled'));
  const overruled = there !== undefined && (there.status !== 'True' || virtual?.status !== 'True');
  const shown = overruled ? regenerated(there, generation) : virtual;
  return shown ? [shown] : [];
}

function hasType(conditions: readonly PodCondition[], type: string): boolean {
  return conditions.some((condition) => condition.type === type);
}

function regenerated(condition: PodCondition, generation: number | undefined): PodCondition {
  const { observedGeneration, ...rest } = condition as ObservedCondition;
  const known = observedGeneration !== undefined && generation !== undefined;
  return known ? ({ ...rest, observedGeneration: generation } as PodCondition) : rest;
}
