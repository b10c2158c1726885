import { canonicalJson } from '../../domain/pods';
import type { PodObject, VirtualStatusPatch } from '../../domain/pods';

/**
 * What a virtual cluster did not keep of what was written: fields of a newer physical cluster, or behind a feature gate that is
 * off, keys that a webhook takes away. Without this memory every event of such a pod would write them again.
 */
export class RefusedStatus {
  /** By UID of the vPod: its version after the write, and what was still missing then. */
  private readonly refused = new Map<string, { readonly version: string | undefined; readonly missing: string }>();

  /** @param left what would have to be written onto the pod as it came back from the write; null: nothing */
  note({ metadata }: PodObject, left: VirtualStatusPatch | null): void {
    if (left === null) this.refused.delete(metadata.uid);
    else this.refused.set(metadata.uid, { version: metadata.resourceVersion, missing: contentOf(left) });
  }

  /** Whether exactly this was written onto exactly this version, in vain. */
  has({ metadata }: PodObject, patch: VirtualStatusPatch): boolean {
    const known = this.refused.get(metadata.uid);
    return known !== undefined && known.version === metadata.resourceVersion && known.missing === contentOf(patch);
  }

  forget(uid: string): void {
    this.refused.delete(uid);
  }
}

/** Without the guards, which tell nothing but the version. */
function contentOf({ metadata: { labels, annotations }, status }: VirtualStatusPatch): string {
  return canonicalJson({ labels, annotations, status });
}
