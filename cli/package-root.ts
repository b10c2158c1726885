import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder with `package.json` and `deploy/`, from the sources as well as from `dist/`.
 *
 * @throws Error when no parent folder holds a `package.json`: a damaged installation.
 */
export function packageRoot(from = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${from}`);
  }
}
