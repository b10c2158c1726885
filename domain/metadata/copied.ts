import { Annotation, KEY_PREFIX, Label } from '../../api/names/keys';
import type { StringMap } from './merge-owned';

/** Keys of ours that a physical cluster's owner must not be able to put on an object of the virtual cluster. */
const RESERVED_KEYS: readonly string[] = [...Object.values(Label), ...Object.values(Annotation)].filter((key) =>
  key.startsWith(KEY_PREFIX),
);

/** Annotations that each cluster's own writers maintain: copying them would overwrite theirs again and again. */
const LOCAL_ANNOTATIONS: readonly string[] = [
  'node.alpha.kubernetes.io/ttl',
  'kubectl.kubernetes.io/last-applied-configuration',
  // Where this kubelet has its figures; the gateway has those of a vnode elsewhere.
  Annotation.ResourceMetricsPath,
  // Asks a kwok to play the kubelet: one that runs in the virtual cluster would start, and stop, the pods of a vnode by itself.
  'kwok.x-k8s.io/node',
];

/** The labels of a physical object that its mirror carries. */
export function copiedLabels(labels: StringMap | undefined): Record<string, string> {
  return without(labels, RESERVED_KEYS);
}

/** The annotations of a physical object that its mirror carries. */
export function copiedAnnotations(annotations: StringMap | undefined): Record<string, string> {
  return without(annotations, [...RESERVED_KEYS, ...LOCAL_ANNOTATIONS]);
}

function without(map: StringMap | undefined, except: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !except.includes(key)));
}
