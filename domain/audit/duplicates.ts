import { Label } from '../../api/names/keys';
import { physicalName, virtualPodOf } from '../pods';
import type { PodMeta, PodObject } from '../pods';
import { finding, objectIn, pathOf } from './types';
import type { Finding } from './types';

/** A pod of ours in some physical cluster: metadata alone. */
export interface CopiedPod {
  readonly metadata: PodMeta;
}

/** What decides which of several copies is the right one. */
export interface DuplicateFacts {
  /** Copies of all bindings that were looked at. */
  readonly copies: readonly CopiedPod[];
  readonly virtualPods: readonly PodObject[];
  /** Binding of a vnode; undefined: it is none. */
  readonly bindingOf: (vnode: string) => string | undefined;
}

/**
 * Pods of which more than one copy runs, in one physical cluster or in several. The right one has the name that follows from the
 * virtual pod's, under the binding of its node; the others are findings, and removed only while that one is there.
 */
export function auditDuplicates({ copies, virtualPods, bindingOf }: DuplicateFacts): Finding[] {
  const groups = new Map<string, CopiedPod[]>();
  for (const copy of copies) {
    const uid = virtualPodOf(copy)?.uid;
    if (uid === undefined || copy.metadata.deletionTimestamp !== undefined) continue;
    groups.set(uid, [...(groups.get(uid) ?? []), copy]);
  }
  return virtualPods.flatMap((pod) => {
    const group = groups.get(pod.metadata.uid) ?? [];
    return group.length < 2 ? [] : superfluous(pod, group, bindingOf(pod.spec.nodeName ?? ''));
  });
}

function superfluous(pod: PodObject, group: readonly CopiedPod[], home: string | undefined): Finding[] {
  const name = physicalName(pod.metadata.name, pod.metadata.namespace);
  const isRight = ({ metadata }: CopiedPod) => metadata.name === name && metadata.labels?.[Label.ClusterBinding] === home;
  const right = group.find(isRight);
  return group
    .filter((copy) => !isRight(copy))
    .map((copy) => {
      const binding = copy.metadata.labels?.[Label.ClusterBinding] ?? null;
      const cause = `pod ${pathOf(pod.metadata)} has ${group.length} copies, and this is not the one of its node`;
      const common = { kind: 'Duplicate', binding, object: objectIn('physical', 'Pod', copy), cause } as const;
      if (right === undefined) return finding({ ...common, advice: 'None of the copies is the right one: delete the virtual pod, so that its controller starts it anew.' });
      return finding({ ...common, repair: 'remove' });
    });
}
