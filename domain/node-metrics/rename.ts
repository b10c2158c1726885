import { escapeLabel, labelOf, type Sample, type SampleLabel } from './exposition';
import { podKey, type OwnPod, type OwnPods } from './own-pods';

/** The pod that a sample is about: one of the vnode's own, somebody else's, or none at all. */
export type SampleOwner = OwnPod | 'foreign' | 'none';

/** Whose a sample is. One that names half a pod is somebody else's. */
export function ownerOf(sample: Sample, pods: OwnPods): SampleOwner {
  const [namespace, pod] = [labelOf(sample, 'namespace'), labelOf(sample, 'pod')];
  if (namespace === '' && pod === '') return 'none';
  return pods.get(podKey(namespace, pod)) ?? 'foreign';
}

/** Labels that hold the UID of the pod. */
const UID_LABELS: readonly string[] = ['pod_uid', 'uid'];

/** The sample under the names of the virtual pod; every other label stays as it is, where it is. */
export function renamed(sample: Sample, own: OwnPod): Sample {
  return { ...sample, labels: sample.labels.map((label) => renamedLabel(label, own)) };
}

function renamedLabel(label: SampleLabel, { namespace, name, uid, physicalUid }: OwnPod): SampleLabel {
  if (label.name === 'namespace') return { name: label.name, raw: escapeLabel(namespace) };
  if (label.name === 'pod') return { name: label.name, raw: escapeLabel(name) };
  if (UID_LABELS.includes(label.name) && label.raw === physicalUid) return { name: label.name, raw: escapeLabel(uid) };
  return label;
}

/** The sample with a label more; one that it has already stays. */
export function withLabel(sample: Sample, name: string, value: string): Sample {
  if (sample.labels.some((label) => label.name === name)) return sample;
  return { ...sample, labels: [...sample.labels, { name, raw: escapeLabel(value) }] };
}
