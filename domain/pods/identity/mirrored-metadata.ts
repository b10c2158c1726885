import { Annotation } from '../../../api/names/keys';
import { decodeExpected, NOTHING_EXPECTED, type ExpectedMetadata } from '../../metadata';
import type { PodObject } from '../types';

/**
 * What the mirror last brought onto a virtual pod from its copy: keys that the physical cluster added (CNI, devices). The record
 * stands on the virtual pod, as annotation `expected-metadata`, and comes with a write that is made anyway.
 */
export function mirroredMetadata(vPod: Pick<PodObject, 'metadata'>): ExpectedMetadata {
  return recordIn(vPod, Annotation.ExpectedMetadata);
}

/** What the virtual cluster did not let the mirror bring, by the record in annotation `refused-metadata`. */
export function refusedMetadata(vPod: Pick<PodObject, 'metadata'>): ExpectedMetadata {
  return recordIn(vPod, Annotation.RefusedMetadata);
}

function recordIn({ metadata }: Pick<PodObject, 'metadata'>, key: string): ExpectedMetadata {
  const record = metadata.annotations?.[key];
  // A pod made from the YAML of another one brings that one's record along.
  const own = metadata.annotations?.[Annotation.VirtualPodUid] === metadata.uid;
  return record === undefined || !own ? NOTHING_EXPECTED : decodeExpected(record);
}
