import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { UserError } from '../user-error';

/**
 * Writes a file that only its owner can read (mode 0600), replacing an existing one at once and whole.
 *
 * @throws UserError when the folder cannot be written.
 */
export async function writePrivateFile(file: string, content: string): Promise<void> {
  // A new file beside it: the mode of an existing one would stay, and its readers must not see half a file.
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new UserError(`--output ${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown cause'}); choose a folder that exists and is yours.`);
  }
}
