import { Annotation, Label } from '../../api/names/keys';
import { LABEL_MAX } from '../../api/names/limits';
import { md5Hex } from '../hash';
import type { NodeObject } from './types';

const PREFIX_LENGTH = 30;

/**
 * Name of the vnode that stands for a physical node (spec leasing.md 7.6): `vnode-<clusterID>-<node>`, or where that
 * exceeds 63 characters, too many for its hostname label, the first 30, `-`, and the MD5 of the whole.
 */
export function vnodeName(clusterID: string, physicalNode: string): string {
  return shortened(`vnode-${clusterID}-${physicalNode}`);
}

/**
 * A name as a label value: itself up to 63 characters, else shortened like a vnode's name.
 * Names of nodes, policies and bindings may have 253.
 */
export function toLabelValue(name: string): string {
  return shortened(name);
}

/** The physical node that a vnode stands for, or `null`; the annotation, since the label may be shortened. */
export function physicalNodeOf(vnode: Pick<NodeObject, 'metadata'>): string | null {
  const { annotations, labels } = vnode.metadata;
  return annotations?.[Annotation.PhysicalNodeName] ?? labels?.[Label.PhysicalNodeName] ?? null;
}

function shortened(name: string): string {
  if (name.length <= LABEL_MAX) {
    return name;
  }
  // A dot before the dash would begin a DNS label with a dash, which the API server refuses.
  const prefix = name.slice(0, PREFIX_LENGTH).replace(/\.$/, '-');
  return `${prefix}-${md5Hex(name)}`;
}
