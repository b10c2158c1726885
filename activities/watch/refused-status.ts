import { canonicalJson } from '../../domain/json/canonical-json';
import type { PodObject, VirtualStatusPatch } from '../../domain/pods';

/**
 * What a virtual cluster did not keep of what was written: fields of a newer physical cluster, or behind a feature gate that is
 * off, keys that a webhook takes away. Without this memory every event of such a pod would write them again.
 */
export class RefusedStatus {
  /** By UID of the vPod: its version after the write, and what was still missing then. */
  private readonly refused = new Map<string, { readonly version: string | undefined; readonly missing: string }>();

  /** By UID of the vPod: the last event about it. */
  private readonly said = new Map<string, string>();

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

  /** Whether this has not been said of that pod yet; remembers it. What cannot be written cannot be recorded on the pod either. */
  isNews(uid: string, message: string): boolean {
    if (this.said.get(uid) === message) return false;
    this.said.set(uid, message);
    return true;
  }

  forget(uid: string): void {
    this.refused.delete(uid);
    this.said.delete(uid);
  }
}

/** Without the guards, which tell nothing but the version. */
function contentOf({ metadata: { labels, annotations }, status }: VirtualStatusPatch): string {
  return canonicalJson({ labels, annotations, status });
}
