import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const MANIFEST = 'manifest.json';
const READ_BYTES = 1 << 20;

const manifestSchema = z.object({
  /** How the entry came about, for curious people. */
  origin: z.string(),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })).min(1),
});

/** SHA-256 of a file in hex, read as a stream. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash);
  return hash.digest('hex');
}

/** Writes the manifest of every file in a folder, and sees all of them to the disk. */
export async function writeManifest(folder: string, origin: string): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = [];
  for (const path of paths.sort()) {
    await sync(path);
    files.push({ path: relative(folder, path), size: (await stat(path)).size, sha256: await sha256Of(path) });
  }
  const handle = await open(join(folder, MANIFEST), 'w');
  await handle.writeFile(`${JSON.stringify({ origin, files }, null, 2)}\n`);
  await handle.sync();
  await handle.close();
}

/**
 * What is wrong with an entry, by the sizes and the contents of its files; null when nothing is.
 * The contents are read: a disk or a person may change them and keep size and time.
 */
export async function manifestFault(folder: string): Promise<string | null> {
  const manifest = manifestSchema.safeParse(await readJson(join(folder, MANIFEST)));
  if (!manifest.success) return 'its manifest is missing or unreadable';
  for (const { path, size, sha256 } of manifest.data.files) {
    const file = join(folder, path);
    const actual = await stat(file).catch(() => null);
    if (actual === null) return `${path} is missing`;
    if (actual.size !== size) return `${path} has ${actual.size} bytes instead of ${size}`;
    if ((await sha256Of(file)) !== sha256) return `the checksum of ${path} differs`;
  }
  return null;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}
