import { Annotation, Label } from '../../../api/names/keys';
import { encodeExpected } from '../../metadata';
import type { Ownership, PodObject } from '../types';
import { ownershipLabels } from './ownership';
import { annotationBytes, MAX_ANNOTATION_BYTES, pushedMetadata } from './pushed-metadata';
import { specHash } from './spec-hash';
import { workloadOf, type ResolvedOwner } from './workload';

/** Longest label value that an API server accepts. */
const MAX_LABEL_VALUE = 63;

/** Labels of a physical pod: the user's, then ours, which win (spec pods.md 1.5). */
export function physicalLabels(
  vPod: Pick<PodObject, 'metadata'>,
  ownership: Ownership,
  resolved?: ResolvedOwner,
): Record<string, string> {
  const workload = workloadOf(vPod, resolved);
  const workloadName = labelValue(workload.name ?? '');
  return {
    ...pushedMetadata(vPod).labels,
    ...ownershipLabels(ownership),
    [Label.VirtualNamespace]: vPod.metadata.namespace,
    [Label.WorkloadType]: labelValue(workload.type),
    ...(workloadName && { [Label.WorkloadName]: workloadName }),
  };
}

/**
 * Annotations of a physical pod: the user's, the way back to the virtual pod, and what it was last written from.
 * The record of the user's metadata is left out where it would make the pod too large to be accepted.
 */
export function physicalAnnotations(vPod: Pick<PodObject, 'metadata' | 'spec'>): Record<string, string> {
  const pushed = pushedMetadata(vPod);
  const annotations = {
    ...pushed.annotations,
    ...backAnnotations(vPod),
    [Annotation.VirtualNodeName]: vPod.spec.nodeName ?? '',
    [Annotation.SpecHash]: specHash(vPod),
  };
  const recorded = { ...annotations, [Annotation.ExpectedMetadata]: encodeExpected(pushed) };
  return annotationBytes(recorded) <= MAX_ANNOTATION_BYTES ? recorded : annotations;
}

/** The way back from a physical object to the virtual pod that it is there for. */
export function backAnnotations({ metadata }: Pick<PodObject, 'metadata'>): Record<string, string> {
  return {
    [Annotation.VirtualPodNamespace]: metadata.namespace,
    [Annotation.VirtualPodName]: metadata.name,
    [Annotation.VirtualPodUid]: metadata.uid,
  };
}

/** Owner names may be longer than a label value: cut, ending in a letter or digit. */
function labelValue(name: string): string {
  return name.slice(0, MAX_LABEL_VALUE).replace(/[^A-Za-z0-9]+$/, '');
}
