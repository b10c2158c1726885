import type { ClusterBinding } from '../../api/names/types';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import type { EdgeRush } from '../node/edge-rush';
import type { ActivitySettings } from '../settings';
import type { Lull } from './lull';
import type { Messenger } from './messenger';

/** What every part of the watch of one binding works with. */
export interface WatchContext {
  readonly fleet: Fleet;
  readonly settings: ActivitySettings;
  readonly physical: PhysicalCluster;
  readonly messenger: Messenger;
  /** Holds bookkeeping back while pods are on their way. */
  readonly lull: Lull;
  readonly rush: EdgeRush;
  readonly ref: BindingRef;
  /** The ClusterBinding as last seen; undefined when it is gone. */
  readonly binding: () => ClusterBinding | undefined;
  readonly onError: (error: unknown, subject: string) => void;
}

/** A part of a watch: it subscribes when started, and acts until stopped. */
export interface WatchPart {
  start(): void;
  stop(): void;
}
