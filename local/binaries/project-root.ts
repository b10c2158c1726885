import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout that this file belongs to, whether it runs from source or from dist/. */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${__dirname} is in no project: no package.json above it`);
    folder = parent;
  }
  return folder;
}
