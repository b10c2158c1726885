import { cacheFolder } from '../../../local/binaries';

const home = { HOME: '/home/ada' };

it.each<[env: NodeJS.ProcessEnv, folder: string]>([
  [home, '/home/ada/.cache/kubeocean'],
  [{ ...home, XDG_CACHE_HOME: '/var/cache/ada' }, '/var/cache/ada/kubeocean'],
  [{ ...home, XDG_CACHE_HOME: '/var/cache/ada', KUBEOCEAN_CACHE: '/scratch' }, '/scratch'],
  [{ ...home, XDG_CACHE_HOME: '', KUBEOCEAN_CACHE: '' }, '/home/ada/.cache/kubeocean'],
])('%j', (env, folder) => {
  expect(cacheFolder(env)).toBe(folder);
});
