import { join } from 'node:path';
import type { ManagedProcess } from '../processes/managed-process';
import type { ProcessSpec } from '../processes/managed-process';
import type { Supervisor } from '../processes/supervisor';
import type { Credential } from './certificates';
import { writeKubeconfig } from './kubeconfig';
import type { Pki } from './pki';
import { StopTier } from '../processes/stop-tier';

/** What kube-controller-manager and kube-scheduler of one cluster need. */
export interface ControllersInput {
  readonly supervisor: Supervisor;
  readonly cluster: string;
  /** Folder of the cluster; kubeconfigs of the components are written there. */
  readonly dir: string;
  readonly server: string;
  readonly pki: Pki;
  readonly env?: Readonly<Record<string, string>>;
}

/** Which controllers run, and how soon they give a node up. */
export interface ControllerManagerInput extends ControllersInput {
  readonly binary: string;
  /** Value of `--controllers`. Default `*`, what Kubernetes runs by default. */
  readonly controllers?: readonly string[];
  /** Seconds without a sign of life after which a node counts as unreachable. Default 50, as in Kubernetes. */
  readonly nodeMonitorGraceSeconds?: number;
  readonly extraArgs?: readonly string[];
}

/** The default client rates (20/s and 50/s) would be what every test at scale waits for. */
const CLIENT_RATES = ['--kube-api-qps=1000', '--kube-api-burst=2000'];

/** Starts a kube-controller-manager, and waits for its `/healthz`. @throws ProcessError */
export async function startControllerManager(input: ControllerManagerInput): Promise<ManagedProcess> {
  const { pki, nodeMonitorGraceSeconds: grace } = input;
  const monitor = grace === undefined ? [] : ['--node-monitor-period=1s', `--node-monitor-grace-period=${grace}s`];
  return await startComponent(input, {
    name: `${input.cluster}-controller-manager`,
    command: input.binary,
    credential: pki.controllerManager,
    args: [
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${pki.files.serviceAccountKey}`,
      `--root-ca-file=${pki.files.caCert}`,
      `--cluster-signing-cert-file=${pki.files.caCert}`,
      `--cluster-signing-key-file=${pki.files.caKey}`,
      '--pvclaimbinder-sync-period=1s',
      `--controllers=${(input.controllers ?? ['*']).join(',')}`,
      ...monitor,
      ...(input.extraArgs ?? []),
    ],
  });
}

/** Starts a kube-scheduler, and waits for its `/healthz`. @throws ProcessError */
export async function startScheduler(input: ControllersInput & { readonly binary: string }): Promise<ManagedProcess> {
  return await startComponent(input, {
    name: `${input.cluster}-scheduler`,
    command: input.binary,
    credential: input.pki.scheduler,
    args: [],
  });
}

type Component = Pick<ProcessSpec, 'name' | 'command' | 'args'> & { readonly credential: Credential };

async function startComponent(input: ControllersInput, component: Component): Promise<ManagedProcess> {
  const { name, command, args = [], credential } = component;
  const kubeconfig = await writeKubeconfig(join(input.dir, `${name}.kubeconfig`), {
    name,
    server: input.server,
    ca: input.pki.ca,
    credential,
  });
  const identity = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'];
  return await input.supervisor.start({
    name,
    command,
    args: [
      ...identity.map((flag) => `--${flag}=${kubeconfig}`),
      '--secure-port=0',
      '--leader-elect=false',
      ...CLIENT_RATES,
      ...args,
    ],
    env: input.env,
    stopTier: StopTier.Controllers,
    stopWithin: 2_000,
  });
}
