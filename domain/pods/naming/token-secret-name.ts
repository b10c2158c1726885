import type { PodObject } from '../types';
import { physicalName } from './physical-name';

/** Name in the physical cluster of the Secret that holds the tokens of one projected volume (spec pods.md 0.2). */
export function tokenSecretName(vPod: Pick<PodObject, 'metadata'>, volume: string): string {
  const { name, namespace, uid } = vPod.metadata;
  return physicalName(`${name}-${volume}-${uid}`, namespace);
}
