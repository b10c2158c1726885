import { LABEL_MAX } from '../../../api/names/limits';
import type { PodObject } from '../types';

/**
 * Host name of the physical pod: the user's own, else one made of the virtual pod's name, always a valid DNS label:
 * lower case, letters, digits and dashes (a dot becomes a dash), at most 63, no dash at either end.
 * @returns `pod` when nothing of the name is left.
 */
export function physicalHostname(vPod: Pick<PodObject, 'metadata' | 'spec'>): string {
  return vPod.spec.hostname || dnsLabel(vPod.metadata.name) || 'pod';
}

function dnsLabel(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9-]/g, '-').replace(/^-+/, '');
  return letters.slice(0, LABEL_MAX).replace(/-+$/, '');
}
