import { join } from 'node:path';
import { COLLECT_RARELY } from '../processes/go-garbage';
import type { ManagedProcess } from '../processes/managed-process';
import { pollUntil } from '../processes/poll';
import type { Supervisor } from '../processes/supervisor';
import { ApiServer } from './api-server';
import type { Credential } from './certificates';
import { startControllerManager, startScheduler, type ControllersInput } from './controllers';
import type { Etcd } from './etcd';
import { writeKubeconfig } from './kubeconfig';
import { startKwok } from './kwok';
import { Link } from './link';
import { createPki, type Pki } from './pki';
import { Rest } from './rest';

/** Paths of the executables that make a cluster. */
export type ClusterBinaries = Readonly<
  Record<'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok', string>
>;

/** What differs from one cluster to the next. */
export interface ClusterOptions {
  /** Write `audit.log`. Default false. */
  readonly audit?: boolean;
  /** Seconds without a lease after which a node is unreachable. Default 50. */
  readonly nodeMonitorGraceSeconds?: number;
  /** Seconds that pods stay on an unreachable node. Default 300. */
  readonly tolerationSeconds?: number;
  /** Seconds for which the lease of a fake node holds. Default 40; a short one for a thousand nodes is more than kwok can renew. */
  readonly nodeLeaseSeconds?: number;
  /** Value of kube-controller-manager's `--controllers`. Default `*`. */
  readonly controllers?: readonly string[];
  /** Run kube-scheduler. Default true. */
  readonly scheduler?: boolean;
  /** Time zone of the processes. Default UTC. */
  readonly tz?: string;
  /** Serve API groups of others, such as metrics-server's. Default false. */
  readonly aggregation?: boolean;
  /** Address that fake nodes say they have. Default 127.0.0.1, to which an API server's node proxy does not go. */
  readonly nodeAddress?: string;
  readonly apiServerArgs?: readonly string[];
  readonly controllerManagerArgs?: readonly string[];
  /** Documents for kwok's configuration, for example `ClusterLogs`. */
  readonly kwokConfig?: readonly object[];
}

/** What a control plane is made of. */
export interface ControlPlaneInput extends ClusterOptions {
  readonly supervisor: Supervisor;
  readonly binaries: ClusterBinaries;
  /** Lower-case name; prefix in etcd, in log files and in process names. */
  readonly name: string;
  /** Folder of this cluster's files. */
  readonly dir: string;
  /** May still be starting: certificates are made meanwhile. */
  readonly etcd: Promise<Etcd>;
  /** Number of this cluster in its stack, for its address ranges. */
  readonly index: number;
  /** Run kwok. */
  readonly kwok: boolean;
}

/** A running cluster. */
export interface ControlPlane {
  readonly name: string;
  /** https URL of the API server itself. */
  readonly server: string;
  /** File with admin rights at {@link server}. */
  readonly kubeconfig: string;
  /** https URL behind {@link link}: what the product under test is given. */
  readonly linkedServer: string;
  /** File with admin rights at {@link linkedServer}. */
  readonly linkedKubeconfig: string;
  /** PEM of the authority. */
  readonly ca: string;
  readonly admin: Credential;
  /** JSON calls as admin, straight to the API server. */
  readonly api: Rest;
  readonly link: Link;
  readonly apiServer: ApiServer;
  /** kwok; null in a cluster without. */
  readonly kwok: ManagedProcess | null;
  /** Path of the audit log; null when none is written. */
  readonly auditLog: string | null;
}

/** Starts one cluster. Ready means: `/readyz` is fine and pods can be created in namespace `default`. */
export async function startControlPlane(input: ControlPlaneInput): Promise<ControlPlane> {
  const [pki, etcd] = await input.supervisor.together(createPki(input.name, join(input.dir, 'pki')), input.etcd);
  const env = { TZ: input.tz ?? 'UTC', ...COLLECT_RARELY };
  const apiServer = await ApiServer.start({
    ...input,
    cluster: input.name,
    binary: input.binaries['kube-apiserver'],
    etcdUrl: etcd.url,
    pki,
    serviceCidr: `10.${96 + input.index}.0.0/16`,
    extraArgs: input.apiServerArgs,
    env,
  });
  const api = new Rest({ server: apiServer.server, ca: pki.ca, credential: pki.admin });
  const component = { ...input, cluster: input.name, server: apiServer.server, pki, env };
  const [access, kwok] = await input.supervisor.together(
    openAccess(input, apiServer, pki),
    input.kwok ? startKwok({ ...component, binary: input.binaries.kwok, subnet: 200 + input.index, extraConfig: input.kwokConfig }) : null,
    startControllers(input, component),
    untilPodsAreWelcome(api, input),
  );
  const { server, auditLog } = apiServer;
  return { name: input.name, server, ...access, ca: pki.ca, admin: pki.admin, api, apiServer, kwok, auditLog };
}

async function startControllers(input: ControlPlaneInput, component: ControllersInput): Promise<void> {
  const manager = startControllerManager({
    ...input,
    ...component,
    binary: input.binaries['kube-controller-manager'],
    extraArgs: input.controllerManagerArgs,
  });
  const scheduler =
    input.scheduler === false ? null : startScheduler({ ...component, binary: input.binaries['kube-scheduler'] });
  await input.supervisor.together(manager, scheduler);
}

async function openAccess(input: ControlPlaneInput, apiServer: ApiServer, pki: Pki) {
  const link = await Link.open(apiServer.address);
  const linkedServer = `https://127.0.0.1:${link.port}`;
  const common = { name: input.name, ca: pki.ca, credential: pki.admin };
  const [kubeconfig, linkedKubeconfig] = await Promise.all([
    writeKubeconfig(join(input.dir, 'admin.kubeconfig'), { ...common, server: apiServer.server }),
    writeKubeconfig(join(input.dir, 'linked.kubeconfig'), { ...common, server: linkedServer }),
  ]);
  return { link, linkedServer, kubeconfig, linkedKubeconfig };
}

/** Admission refuses pods until the namespace has its ServiceAccount. */
async function untilPodsAreWelcome(api: Rest, input: ControlPlaneInput): Promise<void> {
  await pollUntil(async () => (await api.find('/api/v1/namespaces/default/serviceaccounts/default')) !== null, {
    what: `the default ServiceAccount of cluster ${input.name}`,
    within: 180_000,
    signal: input.supervisor.signal,
  });
}
