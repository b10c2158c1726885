import { canonicalJson } from '../../domain/pods';
import type { PodObject, VirtualStatusPatch } from '../../domain/pods';

/**
 * What a virtual API server did not keep of statuses that were written: fields of a newer physical cluster, or behind a feature
 * gate that is off. Without this memory every event of such a pod would write them again.
 */
export class RefusedStatus {
  /** By UID of the vPod: its version after the write, and what was still missing then. */
  private readonly refused = new Map<string, { readonly version: string | undefined; readonly missing: string }>();

  /** @param left what would have to be written onto the pod as it came back from the write; null: nothing */
  note({ metadata }: PodObject, left: VirtualStatusPatch | null): void {
    if (left === null) this.refused.delete(metadata.uid);
    else this.refused.set(metadata.uid, { version: metadata.resourceVersion, missing: canonicalJson(left.status) });
  }

  /** Whether exactly this was written onto exactly this version, in vain. */
  has({ metadata }: PodObject, patch: VirtualStatusPatch): boolean {
    const known = this.refused.get(metadata.uid);
    return known !== undefined && known.version === metadata.resourceVersion && known.missing === canonicalJson(patch.status);
  }

  forget(uid: string): void {
    this.refused.delete(uid);
  }
}
