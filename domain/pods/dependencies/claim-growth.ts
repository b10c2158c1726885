import type { PersistentVolumeClaimStatus } from 'kubernetes-types/core/v1';
import { compareQuantities, parseQuantity } from '../../quantity';

/** Conditions that an expansion leaves on a claim until a node has enlarged the file system. */
const UNDER_WAY: readonly string[] = ['Resizing', 'FileSystemResizePending'];

/** The sizes of one claim's storage, as quantities. */
export interface ClaimSizes {
  /** Of the virtual volume: what the provisioner has made. */
  readonly volume: string | undefined;
  /** Of the copied claim: what the node over there has made usable. */
  readonly usable: string | undefined;
}

/**
 * The status patch for a virtual claim whose volume has grown: a kubelet writes it once the file system has, and the kubelet is
 * over there, beside the copy.
 * @returns null while no expansion waits for a node, or the node has not done its part
 */
export function claimGrowth(status: PersistentVolumeClaimStatus | undefined, { volume, usable }: ClaimSizes): object | null {
  const conditions = status?.conditions ?? [];
  const waits = conditions.some(({ type, status: value }) => type === 'FileSystemResizePending' && value === 'True');
  const [made, grown, known] = [volume, usable, status?.capacity?.storage].map((text) => parseQuantity(text ?? ''));
  if (!waits || !made || !grown || !known) return null;
  if (compareQuantities(grown, made) < 0 || compareQuantities(made, known) <= 0) return null;
  return {
    capacity: { storage: volume },
    conditions: conditions.filter(({ type }) => !UNDER_WAY.includes(type)),
    allocatedResourceStatuses: { storage: null },
  };
}
