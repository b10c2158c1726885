import { z } from 'zod';
import type { Release } from './catalog';

const SHA256 = /^[0-9a-f]{64}$/i;

const githubReleaseSchema = z.object({
  assets: z.array(z.object({ name: z.string(), digest: z.string().nullish() })),
});

/**
 * The SHA-256 that a project publishes for a download, out of the text of its checksum file.
 * @throws Error when the file has none for it: a download without a checksum is not used.
 */
export function publishedChecksum(release: Release, text: string): string {
  const name = release.file.path.split('/').at(-1) ?? '';
  const sum = release.checksum.form === 'sum' ? fromSumFile(text, name) : fromGithub(text, name);
  if (sum === null || !SHA256.test(sum)) throw new Error(`no SHA-256 of ${name} is published`);
  return sum.toLowerCase();
}

function fromSumFile(text: string, name: string): string | null {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const alone = lines.length <= 2 && lines[0]?.length === 1 ? lines[0][0] : undefined;
  // sha256sum writes a star before the name of a file read in binary mode.
  const named = lines.find(([, file]) => file?.replace(/^\*/, '') === name)?.[0];
  return named ?? alone ?? null;
}

function fromGithub(text: string, name: string): string | null {
  const { assets } = githubReleaseSchema.parse(JSON.parse(text));
  const digest = assets.find((asset) => asset.name === name)?.digest;
  return digest?.startsWith('sha256:') ? digest.slice('sha256:'.length) : null;
}
