/** One change that an API server may refuse on its own. */
export interface SpecChange {
  /** For people, such as `image of container web`. Names only. */
  readonly what: string;
  /** Null: the pod itself. */
  readonly subresource: 'ephemeralcontainers' | 'resize' | null;
  /** Strategic merge patch of the spec. */
  readonly spec: object;
}

/** What carries a virtual pod's changes over to its running copy. */
export interface InPlaceUpdate {
  /**
   * Metadata of a strategic merge patch, guarded by UID and resourceVersion. It records what the copy was written from: where the
   * API server refuses a part of the spec, that settles the difference until the virtual pod changes again.
   */
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  /** Before the metadata, and each by itself where a subresource takes it. */
  readonly changes: readonly SpecChange[];
}
