import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The one folder outside the project that we write to: `KUBEOCEAN_CACHE`, else `kubeocean` in the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.KUBEOCEAN_CACHE) return resolve(env.KUBEOCEAN_CACHE);
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'kubeocean');
}
