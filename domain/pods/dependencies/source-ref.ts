/** Kinds of virtual objects that get a copy beside the pods that use them. */
export const COPY_KINDS = ['ConfigMap', 'Secret', 'PersistentVolumeClaim', 'PersistentVolume'] as const;
/** One of {@link COPY_KINDS}. */
export type CopyKind = (typeof COPY_KINDS)[number];

/** A virtual object of one of some kinds. */
export interface ObjectRef<K extends string> {
  readonly kind: K;
  /** Empty for a PersistentVolume. */
  readonly namespace: string;
  readonly name: string;
}

/** A virtual object that is copied. */
export type SourceRef = ObjectRef<CopyKind>;

/** One text for one virtual object: key of indexes and queues. */
export function sourceKey({ kind, namespace, name }: ObjectRef<string>): string {
  return `${kind} ${namespace}/${name}`;
}

/** The inverse of {@link sourceKey}. */
export function parseSourceKey<K extends string = CopyKind>(key: string): ObjectRef<K> {
  const [kind = '', path = ''] = key.split(' ');
  const slash = path.indexOf('/');
  return { kind: kind as K, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}
