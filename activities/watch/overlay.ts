interface Versioned {
  readonly metadata: { readonly uid: string; readonly resourceVersion?: string };
}

/**
 * What this process wrote and its lists do not show yet. Deciding on the older object would write the same again and be
 * answered by a conflict. Versions of one object can be compared
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
 */
export class Overlay<T extends Versioned> {
  private readonly written = new Map<string, T>();

  put(object: T): void {
    this.written.set(object.metadata.uid, object);
  }

  /** The newer of the listed object and the written one; what the list has caught up with, or lost, is forgotten. */
  newest(listed: T | null): T | null {
    if (listed === null) return null;
    const written = this.written.get(listed.metadata.uid);
    if (written === undefined) return listed;
    if (versionOf(written) > versionOf(listed)) return written;
    this.written.delete(listed.metadata.uid);
    return listed;
  }

  forget(uid: string): void {
    this.written.delete(uid);
  }
}

function versionOf({ metadata }: Versioned): bigint {
  return BigInt(metadata.resourceVersion ?? '0');
}
