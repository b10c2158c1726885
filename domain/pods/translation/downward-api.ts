import type { DownwardAPIVolumeFile, EnvVar, ObjectFieldSelector } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import type { PodObject } from '../types';

const annotated = (key: string): string => `metadata.annotations['${key}']`;

/** Fields whose value differs between a pod and its copy, and where the copy carries the original (spec pods.md 1.6.3). */
const MOVED_FIELDS: Readonly<Record<string, string>> = {
  'metadata.namespace': annotated(Annotation.VirtualPodNamespace),
  'metadata.name': annotated(Annotation.VirtualPodName),
  'metadata.uid': annotated(Annotation.VirtualPodUid),
  'spec.nodeName': annotated(Annotation.VirtualNodeName),
};

/** Files of a downward API volume or projection, reading the pod's own name, namespace and UID. */
export function virtualFiles(items: readonly DownwardAPIVolumeFile[] | undefined): DownwardAPIVolumeFile[] {
  return (items ?? []).map((item) => (item.fieldRef ? { ...item, fieldRef: virtualField(item.fieldRef) } : item));
}

/**
 * A variable fed by a field, reading what the pod would read at home.
 * The copy runs as another ServiceAccount, so that name is written out; it cannot change during the pod's life.
 */
export function virtualFieldVariable(variable: EnvVar, vPod: Pick<PodObject, 'spec'>): EnvVar {
  const fieldRef = variable.valueFrom?.fieldRef;
  if (!fieldRef) return variable;
  if (fieldRef.fieldPath === 'spec.serviceAccountName') {
    return { name: variable.name, value: vPod.spec.serviceAccountName ?? '' };
  }
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: virtualField(fieldRef) } };
}

function virtualField(fieldRef: ObjectFieldSelector): ObjectFieldSelector {
  const moved = MOVED_FIELDS[fieldRef.fieldPath];
  return moved ? { ...fieldRef, fieldPath: moved } : fieldRef;
}
