import type { PodArrivals } from './pod-arrivals';

/** Pods that were posted, and what both sides have shown of them since. */
export interface IdentityFacts {
  /** UID by name, as the API server gave it out. */
  readonly posted: ReadonlyMap<string, string>;
  readonly virtualPods: Pick<PodArrivals, 'of'>;
  readonly physicalPods: Pick<PodArrivals, 'of'>;
  /** Names and phases of the pods that are listed in the virtual cluster now, with their UIDs. */
  readonly listed: readonly { readonly name: string; readonly uid: string; readonly phase: string }[];
}

/** Sentences about pods that were lost (not Running any more, replaced) or doubled (two copies); empty: all is well. */
export function identityFaults({ posted, virtualPods, physicalPods, listed }: IdentityFacts): string[] {
  const now = new Map(listed.map((pod) => [pod.name, pod]));
  return [...posted].flatMap(([name, uid]) => {
    const pod = now.get(name);
    const copies = physicalPods.of(name).uids.size;
    return [
      ...(pod === undefined ? [`${name} is lost`] : []),
      ...(pod !== undefined && pod.uid !== uid ? [`${name} has another UID than the pod that was posted`] : []),
      ...(pod !== undefined && pod.phase !== 'Running' ? [`${name} is ${pod.phase}, not Running`] : []),
      ...(virtualPods.of(name).uids.size > 1 ? [`${name} was replaced by another pod`] : []),
      ...(copies > 1 ? [`${name} had ${copies} copies in the physical cluster`] : []),
    ];
  });
}
