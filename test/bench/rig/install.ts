import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { ClusterBinding } from '../../../api/names/types';
import { main as kubeocean } from '../../../cli/main';
import type { Cluster } from '../../../local/clusters/cluster';
import { pollUntil } from '../../../local/processes/poll';
import { BINDING, BINDINGS_PATH, clusterBinding, KUBECONFIG_SECRET } from './manifests';

const ACCOUNT = 'kubeocean';

/** CRDs and RBAC on both sides, by the product's own command line. */
export async function install(virtual: Cluster, physical: Cluster): Promise<void> {
  await run('install', '--role', 'virtual', '--kubeconfig', virtual.kubeconfig);
  await run('install', '--role', 'physical', '--kubeconfig', physical.kubeconfig);
}

/** Writes the kubeconfig of the product's ServiceAccount in the virtual cluster, and returns its path. */
export async function productKubeconfig(virtual: Cluster, dir: string): Promise<string> {
  await virtual.api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, {
    metadata: { name: ACCOUNT, annotations: { 'kubernetes.io/service-account.name': ACCOUNT } },
    type: 'kubernetes.io/service-account-token',
  });
  const file = join(dir, 'product.kubeconfig');
  const account = ['--service-account', ACCOUNT, '--namespace', SYSTEM_NAMESPACE];
  await run('kubeconfig', '--kubeconfig', virtual.kubeconfig, ...account, '--output', file);
  return file;
}

/** Binds the physical cluster with its least-privilege kubeconfig, and waits until the binding is Ready. */
export async function bind(virtual: Cluster, physical: Cluster, dir: string): Promise<void> {
  const file = join(dir, 'binding.kubeconfig');
  await run('kubeconfig', '--kubeconfig', physical.kubeconfig, '--output', file);
  await virtual.api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, {
    metadata: { name: KUBECONFIG_SECRET },
    stringData: { kubeconfig: await readFile(file, 'utf8') },
  });
  await virtual.api.create(BINDINGS_PATH, clusterBinding(WORKER_NAMESPACE));
  const isReady = async () => {
    const { status } = await virtual.api.get<ClusterBinding>(`${BINDINGS_PATH}/${BINDING}`);
    if (status?.phase === 'Ready') return true;
    throw new Error(`phase ${status?.phase ?? 'none'}`);
  };
  await pollUntil(isReady, { what: 'the binding to be Ready', within: 120_000 });
}

/** Gives the binding a new kubeconfig of the same account. */
export async function renewKubeconfig(virtual: Cluster, physical: Cluster, dir: string): Promise<void> {
  const file = join(dir, 'renewed.kubeconfig');
  await run('kubeconfig', '--kubeconfig', physical.kubeconfig, '--output', file);
  const stringData = { kubeconfig: await readFile(file, 'utf8') };
  await virtual.api.merge(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets/${KUBECONFIG_SECRET}`, { stringData });
}

/** A command of the product's own. @throws Error with what it wrote to standard error */
export async function run(...args: string[]): Promise<void> {
  const said: string[] = [];
  const io = { out: () => undefined, err: (text: string) => void said.push(text) };
  const code = await kubeocean(['node', 'kubeocean', ...args], io);
  if (code !== 0) throw new Error(`kubeocean ${args[0]} failed: ${said.join('').trim()}`);
}
