/** Kinds of virtual objects that get a copy beside the pods that use them. */
export const COPY_KINDS = ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'PersistentVolume'] as const;
export type CopyKind = (typeof COPY_KINDS)[number];

/** A virtual object that is copied. */
export interface SourceRef {
  readonly kind: CopyKind;
  /** Empty for a PersistentVolume. */
  readonly namespace: string;
  readonly name: string;
}

/** One text for one virtual object: key of indexes and queues. */
export function sourceKey({ kind, namespace, name }: SourceRef): string {
  return `${kind} ${namespace}/${name}`;
}

/** The inverse of {@link sourceKey}. */
export function parseSourceKey(key: string): SourceRef {
  const [kind = '', path = ''] = key.split(' ');
  const slash = path.indexOf('/');
  return { kind: kind as CopyKind, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}
