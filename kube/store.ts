/** A read-only picture of a collection. Objects in it are shared: never change them. */
export interface Store<T> {
  /** `key` is `namespace/name`, or `name` of a cluster-scoped object. */
  get(key: string): T | undefined;
  /** All objects, in no particular order. The same array until something changes. */
  list(): readonly T[];
  /** Objects for which the index of that name gave this value; empty for an unknown value. @throws Error for an unknown index. */
  by(index: string, value: string): readonly T[];
  readonly size: number;
}

/** Names the values under which an object is found. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** A {@link Store} that its informer writes. */
export class IndexedStore<T> implements Store<T> {
  private readonly objects = new Map<string, T>();
  private readonly indexes: ReadonlyMap<string, Index<T>>;
  private listed: readonly T[] | null = null;

  constructor(functions: Readonly<Record<string, IndexFunction<T>>> = {}) {
    this.indexes = new Map(Object.entries(functions).map(([name, values]) => [name, new Index(values)]));
  }

  get size(): number {
    return this.objects.size;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  list(): readonly T[] {
    this.listed ??= [...this.objects.values()];
    return this.listed;
  }

  by(index: string, value: string): readonly T[] {
    const found = this.indexes.get(index);
    if (found === undefined) throw new Error(`no index ${index}`);
    return found.under(value);
  }

  keys(): IterableIterator<string> {
    return this.objects.keys();
  }

  /** Puts, or with `null` removes, the object of a key; returns what was there. */
  set(key: string, object: T | null): T | null {
    const old = this.objects.get(key) ?? null;
    this.listed = null;
    if (object === null) this.objects.delete(key);
    else this.objects.set(key, object);
    for (const index of this.indexes.values()) index.move(key, old, object);
    return old;
  }
}

class Index<T> {
  private readonly buckets = new Map<string, Map<string, T>>();

  constructor(private readonly valuesOf: IndexFunction<T>) {}

  under(value: string): readonly T[] {
    return [...(this.buckets.get(value)?.values() ?? [])];
  }

  move(key: string, old: T | null, object: T | null): void {
    if (old !== null) for (const value of this.valuesOf(old)) this.drop(key, value);
    if (object !== null) for (const value of this.valuesOf(object)) this.put(key, value, object);
  }

  private put(key: string, value: string, object: T): void {
    const bucket = this.buckets.get(value) ?? new Map<string, T>();
    this.buckets.set(value, bucket.set(key, object));
  }

  private drop(key: string, value: string): void {
    const bucket = this.buckets.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) this.buckets.delete(value);
  }
}
