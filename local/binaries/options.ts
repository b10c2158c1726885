import type { Progress } from '../progress';
import type { Catalog } from './catalog';

/** How to look for tools. */
export interface FindOptions {
  /** Told what is found where, and what is going on. Default: nobody. */
  readonly report?: Progress;
  /** Default the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/** What a test replaces beside that. */
export interface EnsureOptions extends FindOptions {
  /** Default the official one. */
  readonly catalog?: Catalog;
  /** Folder with the Go modules that the catalog names. Default the committed ones. */
  readonly modules?: string;
}
