import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensureBinaries } from '../../local/binaries';
import type { Cluster } from '../../local/clusters/cluster';
import { onFreePorts } from '../../local/processes/ports';
import { StopTier } from '../../local/processes/stop-tier';
import type { Supervisor } from '../../local/processes/supervisor';
import { eventually } from './eventually';

const NAME = 'metrics-server';
const NAMESPACE = `/api/v1/namespaces/kube-system`;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

export interface MetricsServerInput {
  readonly supervisor: Supervisor;
  /** Needs `aggregation`. */
  readonly cluster: Cluster;
  readonly dir: string;
  /** Verify kubelets by the cluster's authority. Default false. */
  readonly verifyKubelets?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real metrics-server under the ServiceAccount and with the rights of its own manifests, and registers its API. */
export async function startMetricsServer({ supervisor, cluster, dir, verifyKubelets, env }: MetricsServerInput): Promise<void> {
  const { 'metrics-server': binary } = await ensureBinaries([NAME]);
  const folder = join(dir, `${cluster.name}-${NAME}`);
  await mkdir(folder, { recursive: true });
  const kubeconfig = await ownKubeconfig(cluster, folder);
  const ca = join(folder, 'ca.crt');
  await writeFile(ca, cluster.ca);
  const port = await onFreePorts(1, async ([free = 0]) => {
    await supervisor.start({
      name: `${cluster.name}-${NAME}`,
      command: binary,
      args: [
        ...['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((flag) => `--${flag}=${kubeconfig}`),
        ...['--bind-address=127.0.0.1', `--secure-port=${free}`, `--cert-dir=${folder}`],
        ...['--kubelet-use-node-status-port', '--kubelet-preferred-address-types=InternalIP'],
        ...['--metric-resolution=10s', '--kubelet-request-timeout=5s'],
        verifyKubelets ? `--kubelet-certificate-authority=${ca}` : '--kubelet-insecure-tls',
      ],
      env: { ...env },
      ready: async () => true,
      stopTier: StopTier.Controllers,
      stopWithin: 5_000,
    });
    return free;
  });
  await register(cluster, port);
}

/** With a token: that is how kubelets, and whoever serves in their place, come to know it. */
async function ownKubeconfig(cluster: Cluster, folder: string): Promise<string> {
  const { api } = cluster;
  await api.create(`${NAMESPACE}/serviceaccounts`, { metadata: { name: NAME } });
  await api.create(`${RBAC}/clusterroles`, {
    metadata: { name: NAME },
    rules: [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ],
  });
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: 'kube-system' }];
  for (const role of [NAME, 'system:auth-delegator']) {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role };
    await api.create(`${RBAC}/clusterrolebindings`, { metadata: { name: `${NAME}-${role.replace(':', '-')}` }, roleRef, subjects });
  }
  const reader = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' };
  await api.create(`${RBAC}/namespaces/kube-system/rolebindings`, { metadata: { name: NAME }, roleRef: reader, subjects });
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 7_200 } };
  const { status } = await api.create<{ status: { token: string } }>(`${NAMESPACE}/serviceaccounts/${NAME}/token`, review);
  const file = join(folder, 'kubeconfig');
  const text = stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': NAME },
    clusters: [{ name: NAME, cluster: { server: cluster.server, 'certificate-authority-data': Buffer.from(cluster.ca).toString('base64') } }],
    users: [{ name: NAME, user: { token: status.token } }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
  });
  await writeFile(file, text);
  await chmod(file, 0o600);
  return file;
}

async function register({ api }: Cluster, port: number): Promise<void> {
  await api.create(`${NAMESPACE}/services`, { metadata: { name: NAME }, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] } });
  await api.create('/apis/apiregistration.k8s.io/v1/apiservices', {
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      ...{ group: 'metrics.k8s.io', version: 'v1beta1', groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
      service: { name: NAME, namespace: 'kube-system', port },
    },
  });
  await eventually(async () => expect(await api.get('/apis/metrics.k8s.io/v1beta1')).toMatchObject({ kind: 'APIResourceList' }), { within: 60_000 });
}
