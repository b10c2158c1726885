import type { KubeObject, ObjectKey, ResourceType } from './resource';

/** One cluster seen with one credential. JSON in, JSON out: objects are as the API server gives them. */
export interface KubeClient {
  /** URL of the API server. */
  readonly server: string;

  /** Reads one object; `null` when it does not exist (a missing namespace included, a missing *kind* not). */
  get<T extends KubeObject>(type: ResourceType<T>, key: ObjectKey, options?: RequestOptions): Promise<T | null>;

  /** Reads a whole collection in pages, consistently (never from a lagging cache). Items carry `apiVersion` and `kind`. */
  list<T extends KubeObject>(type: ResourceType<T>, options?: ListOptions): Promise<ObjectList<T>>;

  /**
   * Streams changes after `resourceVersion`; ends without error when the server closes the stream in order.
   *
   * @throws KubeError `Gone` when the version is too old; `ApiUnavailable` when the stream breaks or falls silent.
   */
  watch<T extends KubeObject>(type: ResourceType<T>, options: WatchOptions<T>): Promise<void>;

  /** POST of a new object; its namespace is taken from the object. @throws KubeError `AlreadyExists`. */
  create<T extends KubeObject>(type: ResourceType<T>, object: T, options?: WriteOptions): Promise<T>;

  /** POST to a subresource: `token` of a ServiceAccount, `eviction` and `binding` of a Pod. */
  createSubresource<R>(
    type: ResourceType<KubeObject>,
    key: ObjectKey,
    subresource: { readonly name: string; readonly body: object },
    options?: WriteOptions,
  ): Promise<R>;

  /** PUT; guarded by the `metadata.resourceVersion` of the object. @throws KubeError `Conflict`. */
  replace<T extends KubeObject>(type: ResourceType<T>, object: T, options?: SubresourceOptions): Promise<T>;

  /** @throws KubeError `Conflict` when `uid` or `resourceVersion` are given and do not fit; `NotFound`. */
  patch<T extends KubeObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    patch: Patch,
    options?: PatchOptions,
  ): Promise<T>;

  /**
   * DELETE. `deleted`: accepted (a grace period or finalizers may keep the object for a while); `absent`: there was none;
   * `replaced`: the name is now that of an object with another UID, which was left alone.
   *
   * @throws KubeError `Conflict` when `resourceVersion` does not fit.
   */
  remove(type: ResourceType<KubeObject>, key: ObjectKey, options?: RemoveOptions): Promise<RemoveResult>;

  /** Any other request: `/version`, `/readyz`, reviews. The answer is parsed as JSON where it is JSON, else text. */
  raw<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, options?: RawOptions): Promise<T>;

  /** Closes all connections; requests and watches under way fail with `ApiUnavailable`. */
  close(): Promise<void>;
}

/** What every request takes. */
export interface RequestOptions {
  /** Gives the request up; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whole request, a page of a list each. Default: the client's (30 s). */
  readonly timeoutMs?: number;
}

/** Which objects of a kind, and how much of each. */
export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** True: objects without spec, status and data (PartialObjectMetadata). Default false. */
  readonly metadataOnly?: boolean;
}

/** Of {@link KubeClient.list}. */
export interface ListOptions extends Selection, RequestOptions {
  /** Objects per page. Default 500. */
  readonly pageSize?: number;
}

/** A collection at one version. */
export interface ObjectList<T> {
  readonly items: T[];
  /** Where a watch goes on. */
  readonly resourceVersion: string;
}

/** A line of a watch. A bookmark's object has nothing but its resource version. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** Of {@link KubeClient.watch}. */
export interface WatchOptions<T> extends Selection {
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** The server ends the stream in order after so many seconds. */
  readonly timeoutSeconds: number;
  /** A stream without a byte for so long is given up, milliseconds. */
  readonly idleTimeoutMs: number;
  /** Called once, when the server has accepted the watch. */
  readonly onStart?: () => void;
  readonly onEvent: (event: WatchEvent<T>) => void;
}

/** What every write takes. */
export interface WriteOptions extends RequestOptions {
  /** Whether nobody reads more of the answer than its metadata: that is cheaper for both sides. Default false. */
  readonly metadataOnly?: boolean;
  /** True: everything but the write itself happens. Default false. */
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
}

/** Of writes that may go to a subresource. */
export interface SubresourceOptions extends WriteOptions {
  /** For example `status`. */
  readonly subresource?: string;
}

/** `apply` is server-side apply and needs a `fieldManager`; its body is the whole object with `apiVersion` and `kind`. */
export type Patch =
  | { readonly kind: 'merge' | 'strategic' | 'apply'; readonly body: object }
  | { readonly kind: 'json'; readonly body: readonly object[] };

/** Of {@link KubeClient.patch}. */
export interface PatchOptions extends SubresourceOptions {
  /** Patch only this object, not another of its name. */
  readonly uid?: string;
  /** Patch only this version. */
  readonly resourceVersion?: string;
  /** `apply` only: take fields over from other managers. Default false. */
  readonly force?: boolean;
}

/** Of {@link KubeClient.remove}: preconditions, and how. */
export interface RemoveOptions extends RequestOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

/** See {@link KubeClient.remove}. */
export type RemoveResult = 'deleted' | 'absent' | 'replaced';

/** Of {@link KubeClient.raw}. */
export interface RawOptions extends RequestOptions {
  readonly body?: object;
  /** Called with the `Date` header of the answer, whatever its status; undefined: it has none. */
  readonly onDate?: (date: string | undefined) => void;
}
