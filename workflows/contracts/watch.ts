import type { Settings } from './settings';

/** What is watched: the virtual cluster itself, or the physical cluster of one binding. */
export type WatchTarget =
  | { readonly kind: 'virtual' }
  | { readonly kind: 'binding'; readonly binding: string; readonly uid: string };

/** What `watch` begins with. */
export interface WatchInput {
  readonly target: WatchTarget;
  readonly settings: Settings;
}
