import { Backoff, pause } from './backoff';
import type { KubeClient, Selection, WatchEvent } from './client';
import { isKubeError } from './errors';
import { keyOf, type KubeObject, type ResourceType } from './resource';
import { IndexedStore, type IndexFunction, type Store } from './store';

/**
 * One key of the store changed. `old` null: new to the selection; `new` null: gone from it (deleted, or its labels no longer fit).
 * An object that was replaced while nobody watched comes as one change whose UIDs differ.
 */
export interface Change<T> {
  readonly key: string;
  readonly old: T | null;
  readonly new: T | null;
}

/** A live copy of one selection of one kind in one cluster. */
export interface Informer<T> {
  readonly store: Store<T>;
  /** Resolves after the first complete list; rejects when the informer is stopped before. */
  synced(): Promise<void>;
  /** Whether the first complete list has arrived. */
  hasSynced(): boolean;
  /** Epoch milliseconds of the last sign of life: list, accepted watch, event or bookmark. 0 before the first. Stale above 90 s. */
  lastContact(): number;
  /** Calls `listener` after the store has changed; what is in the store already is not repeated. Returns the way to end it. */
  subscribe(listener: (change: Change<T>) => void): () => void;
  /** Calls `listener` after each complete list, the first included, when its changes have been delivered. */
  onList(listener: () => void): () => void;
  /** Lists again now and delivers what had been missed; resolves when that is done. */
  relist(): Promise<void>;
  stop(): Promise<void>;
}

/** Which objects to keep, and how. */
export interface InformerOptions<T> extends Selection {
  /** What the store keeps of an object; `managedFields` are dropped afterwards. Default: all of it. */
  readonly trim?: (object: T) => T;
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Told about every failed list or watch (which is repeated) and about errors of listeners. */
  readonly onError?: (error: unknown) => void;
  /** A watch without a byte for so long is opened anew. Default 75,000 ms: bookmarks come about every 60 s. */
  readonly idleTimeoutMs?: number;
  /** Upper end of a watch's random life, seconds. Default 360; it lasts at least two thirds of it. */
  readonly watchSeconds?: number;
  /** First and last pause after repeated failures, milliseconds, jittered. Default 500 and 30,000; the first retry comes at once. */
  readonly backoffMs?: { readonly first: number; readonly max: number };
}

/** Starts to list and watch at once, and goes on until stopped, whatever the API server does. */
export function startInformer<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  options: InformerOptions<T> = {},
): Informer<T> {
  return new ListWatch(client, type, options);
}

const IDLE_TIMEOUT_MS = 75_000;
const WATCH_SECONDS = 360;
const BACKOFF_MS = { first: 500, max: 30_000 };
/** A watch that ends in order, but sooner than this and without an event, counts as a failure: else it would spin. */
const SHORTEST_WATCH_MS = 1_000;

/** After a long outage the version we hold may mean nothing any more, for example because etcd was restored from a backup. */
const FAILURES_BEFORE_LIST = 5;

/** Somebody waits for a list that begins after the call. */
interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

class ListWatch<T extends KubeObject> implements Informer<T> {
  readonly store: IndexedStore<T>;
  private readonly changeListeners = new Set<(change: Change<T>) => void>();
  private readonly listListeners = new Set<() => void>();
  private readonly backoff: Backoff;
  private readonly running: Promise<void>;
  private readonly firstList: Promise<void>;
  private waiters: Waiter[] = [];
  /** Where the next watch goes on; null: a list comes first. */
  private resourceVersion: string | null = null;
  private contact = 0;
  private complete = false;
  private stopped = false;
  /** Ends what is under way: list, watch or pause. */
  private turn = new AbortController();

  constructor(
    private readonly client: KubeClient,
    private readonly type: ResourceType<T>,
    private readonly options: InformerOptions<T>,
  ) {
    this.store = new IndexedStore<T>(options.indexes);
    this.backoff = new Backoff(options.backoffMs ?? BACKOFF_MS);
    this.firstList = this.nextList();
    this.firstList.catch(() => undefined);
    this.running = this.run();
  }

  synced(): Promise<void> {
    return this.firstList;
  }

  hasSynced(): boolean {
    return this.complete;
  }

  lastContact(): number {
    return this.contact;
  }

  subscribe(listener: (change: Change<T>) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  onList(listener: () => void): () => void {
    this.listListeners.add(listener);
    return () => this.listListeners.delete(listener);
  }

  relist(): Promise<void> {
    const done = this.nextList();
    this.resourceVersion = null;
    this.turn.abort();
    return done;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.turn.abort();
    await this.running;
    for (const waiter of this.waiters.splice(0)) waiter.reject(stoppedError());
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.turn = new AbortController();
      const { signal } = this.turn;
      try {
        const from = this.resourceVersion ?? (await this.list(signal));
        // A listener may have asked for another list meanwhile.
        if (signal.aborted) continue;
        this.resourceVersion = from;
        await this.watch(from, signal);
      } catch (error) {
        if (!signal.aborted) await this.recover(error, signal);
      }
    }
  }

  /** After an error the store stays as it is: unknown is not deleted. */
  private async recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (needsList(error) || this.backoff.failuresInARow >= FAILURES_BEFORE_LIST) this.resourceVersion = null;
    this.report(error);
    await pause(this.backoff.next(isKubeError(error) ? error.retryAfterSeconds : 0), signal);
  }

  private async list(signal: AbortSignal): Promise<string> {
    const waiters = this.waiters;
    this.waiters = [];
    try {
      const { items, resourceVersion } = await this.client.list(this.type, { ...this.selection(), signal });
      signal.throwIfAborted();
      this.apply(items);
      for (const waiter of waiters) waiter.resolve();
      return resourceVersion;
    } catch (error) {
      this.waiters.unshift(...waiters);
      throw error;
    }
  }

  private async watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { watchSeconds = WATCH_SECONDS, idleTimeoutMs = IDLE_TIMEOUT_MS } = this.options;
    const started = Date.now();
    let events = 0;
    await this.client.watch(this.type, {
      ...this.selection(),
      resourceVersion,
      signal,
      idleTimeoutMs,
      timeoutSeconds: Math.ceil(watchSeconds * (1 - Math.random() / 3)),
      onStart: () => this.touch(),
      onEvent: (event) => {
        if (signal.aborted) return;
        events += 1;
        this.receiveSafely(event);
      },
    });
    if (events === 0 && Date.now() - started < SHORTEST_WATCH_MS) await pause(this.backoff.next(), signal);
    else this.backoff.succeeded();
  }

  /** An event that `trim` or an index could not take is not passed over: the next list brings its object again. */
  private receiveSafely(event: WatchEvent<T>): void {
    try {
      this.receive(event);
    } catch (error) {
      // The client will only say that the watch broke.
      this.report(error);
      this.resourceVersion = null;
      throw error;
    }
  }

  private receive({ type, object }: WatchEvent<T>): void {
    this.touch();
    this.backoff.succeeded();
    this.resourceVersion = object.metadata?.resourceVersion ?? this.resourceVersion;
    if (type !== 'BOOKMARK') this.change(keyOf(object), type === 'DELETED' ? null : this.kept(object));
  }

  /** A complete list is the truth at its version: what it lacks is gone. */
  private apply(items: readonly T[]): void {
    this.touch();
    const listed = new Set<string>();
    for (const item of items) {
      const key = keyOf(item);
      listed.add(key);
      if (!isSameVersion(this.store.get(key), item)) this.change(key, this.kept(item));
    }
    for (const key of [...this.store.keys()]) if (!listed.has(key)) this.change(key, null);
    this.complete = true;
    for (const listener of this.listListeners) this.guarded(listener);
  }

  private change(key: string, object: T | null): void {
    const old = this.store.set(key, object);
    if (old === null && object === null) return;
    for (const listener of this.changeListeners) this.guarded(() => listener({ key, old, new: object }));
  }

  /** The object without `managedFields`, which are large and of no further use. It is ours alone, so it is changed in place. */
  private kept(object: T): T {
    const kept = this.options.trim?.(object) ?? object;
    delete (kept.metadata as { managedFields?: unknown } | undefined)?.managedFields;
    return kept;
  }

  private selection(): Selection {
    const { namespace, labelSelector, fieldSelector, metadataOnly } = this.options;
    return { namespace, labelSelector, fieldSelector, metadataOnly };
  }

  private nextList(): Promise<void> {
    if (this.stopped) return Promise.reject(stoppedError());
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  private touch(): void {
    this.contact = Date.now();
  }

  /** One listener's error must not keep the others, or the store, from going on. */
  private guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.report(error);
    }
  }

  private report(error: unknown): void {
    this.options.onError?.(error);
  }
}

/** A broken connection goes on where it was; every refusal by the server begins anew, which is always right. */
function needsList(error: unknown): boolean {
  return !isKubeError(error) || (error.status !== undefined && error.status !== 429 && error.status < 500);
}

function isSameVersion(old: KubeObject | undefined, now: KubeObject): boolean {
  return (
    old !== undefined &&
    old.metadata?.uid === now.metadata?.uid &&
    old.metadata?.resourceVersion === now.metadata?.resourceVersion
  );
}

function stoppedError(): Error {
  return new Error('the informer was stopped');
}
