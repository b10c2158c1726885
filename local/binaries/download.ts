import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import type { Release } from './catalog';
import type { SiteClient } from './http';

/** A release to get, its checksum already known. */
export interface Download {
  readonly release: Release;
  readonly sha256: string;
  /** Where the program shall stand. Its folder must exist. */
  readonly target: string;
  /** Told how far it is. */
  readonly onProgress: (detail: string) => void;
}

const MEGABYTE = 1_000_000;

/**
 * Gets an official release, checks it against its published checksum and unpacks the program.
 * @throws Error when it cannot be had or is not what was published; nothing stands at `target` then.
 */
export async function download(client: SiteClient, wanted: Download): Promise<void> {
  const { release, target } = wanted;
  const raw = `${target}.download`;
  try {
    const sha256 = await save(client, wanted, raw);
    if (sha256 !== wanted.sha256) throw new Error(`the checksum of ${client.urlOf(release.file)} is not the published one`);
    await (release.member === undefined ? rename(raw, target) : unpack(raw, release.member, target));
    await chmod(target, 0o755);
  } finally {
    await rm(raw, { force: true });
  }
}

/** Writes the body of the release to a file. @returns its SHA-256. */
async function save(client: SiteClient, { release, onProgress }: Download, path: string): Promise<string> {
  const response = await client.open(release.file);
  if (response.body === null) throw new Error(`${client.urlOf(release.file)} is empty`);
  const total = Number(response.headers.get('content-length') ?? 0);
  const hash = createHash('sha256');
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      received += chunk.length;
      onProgress(sizes(received, total));
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), count, createWriteStream(path));
  return hash.digest('hex');
}

const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE);
const sizes = (received: number, total: number) =>
  total > 0 ? `${megabytes(received)} of ${megabytes(total)} MB` : `${megabytes(received)} MB`;

async function unpack(archive: string, member: string, target: string): Promise<void> {
  const folder = `${target}.unpacked`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  try {
    await extract({ file: archive, cwd: folder, filter: (path) => path.replace(/^\.\//, '') === member });
    await rename(join(folder, member), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
