// Removes compiled files whose source is gone. The compiler never does, and Node finds a file `x.js` before a folder `x/`: a source
// that became a folder would go on running as it was.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAP = '.js.map';

/** @param root folder of the project; what has no source map was not compiled and stays */
export function pruneDist(root) {
  const dist = join(root, 'dist');
  const maps = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith(MAP));
  for (const map of maps) {
    const name = map.slice(0, -MAP.length);
    if (existsSync(join(root, `${name}.ts`))) continue;
    for (const end of ['.js', MAP]) rmSync(join(dist, `${name}${end}`), { force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) pruneDist(dirname(dirname(fileURLToPath(import.meta.url))));
