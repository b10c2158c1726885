import { Annotation, Label } from '../../../api/names/keys';
import { LABEL_MAX } from '../../../api/names/limits';
import { encodeExpected } from '../../metadata';
import type { Ownership, PodObject } from '../types';
import { encodeExpectedSpec } from './expected-spec';
import { ownershipLabels } from './ownership';
import { annotationBytes, MAX_ANNOTATION_BYTES, pushedMetadata } from './pushed-metadata';
import { specHash } from './spec-hash';
import { workloadOf, type ResolvedOwner } from './workload';

/** Labels of a physical pod: the user's, then ours, which win (spec pods.md 1.5). */
export function physicalLabels(
  vPod: Pick<PodObject, 'metadata'>,
  ownership: Ownership,
  resolved?: ResolvedOwner,
): Record<string, string> {
  const workload = workloadOf(vPod, resolved);
  const workloadType = labelValue(workload.type);
  const workloadName = labelValue(workload.name ?? '');
  return {
    ...pushedMetadata(vPod).labels,
    ...ownershipLabels(ownership),
    [Label.VirtualNamespace]: vPod.metadata.namespace,
    ...(workloadType && { [Label.WorkloadType]: workloadType }),
    ...(workloadName && { [Label.WorkloadName]: workloadName }),
  };
}

/**
 * Annotations of a physical pod: the user's, the way back to the virtual pod, and what it was last written from.
 * An API server accepts so many bytes only: the record of the user's metadata is left out first, then the user's largest ones.
 */
export function physicalAnnotations(vPod: Pick<PodObject, 'metadata' | 'spec'>): Record<string, string> {
  const pushed = pushedMetadata(vPod);
  const ours = {
    ...backAnnotations(vPod),
    [Annotation.VirtualNodeName]: vPod.spec.nodeName ?? '',
    [Annotation.SpecHash]: specHash(vPod),
    [Annotation.ExpectedSpec]: encodeExpectedSpec(vPod.spec),
  };
  const recorded = { ...pushed.annotations, ...ours, [Annotation.ExpectedMetadata]: encodeExpected(pushed) };
  if (annotationBytes(recorded) <= MAX_ANNOTATION_BYTES) return recorded;
  return { ...smallest(pushed.annotations, MAX_ANNOTATION_BYTES - annotationBytes(ours)), ...ours };
}

/** As many as fit, the smallest first. */
function smallest(annotations: Readonly<Record<string, string>>, bytes: number): Record<string, string> {
  const sized = Object.entries(annotations).map(([key, value]) => ({ key, value, size: annotationBytes({ [key]: value }) }));
  let left = bytes;
  const fitting = sized.sort((a, b) => a.size - b.size).filter(({ size }) => (left -= size) >= 0);
  return Object.fromEntries(fitting.map(({ key, value }) => [key, value]));
}

/** The way back from a physical object to the virtual pod that it is there for. */
export function backAnnotations({ metadata }: Pick<PodObject, 'metadata'>): Record<string, string> {
  return {
    [Annotation.VirtualPodNamespace]: metadata.namespace,
    [Annotation.VirtualPodName]: metadata.name,
    [Annotation.VirtualPodUid]: metadata.uid,
  };
}

/** Kinds and names of owners may be any text: cut to what a label value may be, a dash for each character that it may not have. */
function labelValue(text: string): string {
  const letters = text.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return letters.slice(0, LABEL_MAX).replace(/[^A-Za-z0-9]+$/, '');
}
