import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './file-lock';
import { manifestFault, writeManifest } from './manifest';

/** Makes the content of an entry in the folder given. @returns how it was made, for the manifest. */
export type Fill = (folder: string) => Promise<string>;

/** The state of an entry: usable, never made, or made and no longer what it was. */
export type EntryState = 'valid' | 'absent' | { readonly fault: string };

/**
 * Folders of files that are either whole or not used. An entry is made in a staging folder, gets a manifest with
 * the checksums of its files as its last act, and is then moved to its place by one rename.
 */
export class BinaryCache {
  private static readonly opened = new Map<string, BinaryCache>();

  /** The cache in a folder, the same object each time. */
  static at(folder: string): BinaryCache {
    const cache = BinaryCache.opened.get(folder) ?? new BinaryCache(folder);
    BinaryCache.opened.set(folder, cache);
    return cache;
  }

  /** Entries whose contents this process has read or made: once is enough. */
  private readonly known = new Set<string>();

  constructor(readonly folder: string) {}

  /** Where an entry is, whether or not it exists. */
  pathOf(entry: string): string {
    return join(this.folder, 'bin', entry);
  }

  /** Looks at an entry, reading all of it the first time. */
  async stateOf(entry: string): Promise<EntryState> {
    const path = this.pathOf(entry);
    if (!existsSync(path)) return 'absent';
    if (this.known.has(entry)) return 'valid';
    const fault = await manifestFault(path);
    if (fault !== null) return { fault };
    this.known.add(entry);
    return 'valid';
  }

  /**
   * Makes an entry unless it is valid. One process at a time; who waited finds the entry of the other.
   * A `fill` that throws, or a process that is killed in it, leaves nothing that could be taken for an entry.
   */
  async ensure(entry: string, fill: Fill, onWait: () => void): Promise<void> {
    await withLock(join(this.folder, 'locks', entry), onWait, async () => {
      if ((await this.stateOf(entry)) === 'valid') return;
      await this.discardStaged(entry);
      const staged = join(this.folder, 'staging', `${entry}.${process.pid}.${randomBytes(4).toString('hex')}`);
      await mkdir(staged, { recursive: true });
      try {
        await writeManifest(staged, await fill(staged));
        await this.publish(entry, staged);
      } finally {
        await rm(staged, { recursive: true, force: true });
      }
    });
  }

  private async publish(entry: string, staged: string): Promise<void> {
    const path = this.pathOf(entry);
    await mkdir(join(this.folder, 'bin'), { recursive: true });
    const old = `${staged}.old`;
    if (existsSync(path)) await rename(path, old);
    await rename(staged, path);
    await rm(old, { recursive: true, force: true });
    this.known.add(entry);
  }

  /** Removes what a killed process left; with the lock of the entry in hand, nobody works there. */
  private async discardStaged(entry: string): Promise<void> {
    const staging = join(this.folder, 'staging');
    const names = await readdir(staging).catch(() => []);
    const ours = names.filter((name) => name.startsWith(`${entry}.`));
    await Promise.all(ours.map((name) => rm(join(staging, name), { recursive: true, force: true })));
  }
}
