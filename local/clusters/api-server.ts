import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ManagedProcess } from '../processes/managed-process';
import { onFreePorts } from '../processes/ports';
import { answersOk } from '../processes/probes';
import type { Supervisor } from '../processes/supervisor';
import { AUDIT_POLICY } from './audit-policy';
import type { Pki } from './pki';
import { StopTier } from '../processes/stop-tier';

/** What an API server stores where, and what it is to do beyond the usual. */
export interface ApiServerInput {
  readonly supervisor: Supervisor;
  readonly binary: string;
  /** Name of the cluster; also its prefix in etcd. */
  readonly cluster: string;
  /** Folder of the cluster. */
  readonly dir: string;
  readonly etcdUrl: string;
  readonly pki: Pki;
  /** `audit.log` is written below `dir`. Default false. */
  readonly audit?: boolean;
  /** Seconds after which pods leave a node that is not ready or unreachable. Default 300, as in Kubernetes. */
  readonly tolerationSeconds?: number;
  readonly serviceCidr?: string;
  /** Serve API groups of others, such as metrics-server's. Default false. */
  readonly aggregation?: boolean;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A kube-apiserver that can be stopped and started again at the same address. */
export class ApiServer {
  private constructor(
    private readonly input: ApiServerInput,
    private readonly port: number,
    private process: ManagedProcess,
  ) {}

  /** Starts one on a free port and waits for `/readyz`. */
  static async start(input: ApiServerInput): Promise<ApiServer> {
    if (input.audit) await writeFile(auditPolicyFile(input), stringify(AUDIT_POLICY), { mode: 0o600 });
    return await onFreePorts(1, async ([port = 0]) => new ApiServer(input, port, await launch(input, port)));
  }

  get address(): { host: string; port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  get server(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Path of the audit log; null when none is written. */
  get auditLog(): string | null {
    return this.input.audit ? auditLogFile(this.input) : null;
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** Starts it again at the same address after {@link stop} or {@link kill}; no effect while it runs. */
  async start(): Promise<void> {
    if (!this.process.running) this.process = await launch(this.input, this.port);
  }
}

function auditPolicyFile(input: ApiServerInput): string {
  return join(input.dir, 'audit-policy.yaml');
}

function auditLogFile(input: ApiServerInput): string {
  return join(input.dir, 'audit.log');
}

async function launch(input: ApiServerInput, port: number): Promise<ManagedProcess> {
  return await input.supervisor.start({
    name: `${input.cluster}-apiserver`,
    command: input.binary,
    args: [...baseArgs(input, port), ...optionalArgs(input), ...(input.extraArgs ?? [])],
    env: input.env,
    ready: () => answersOk(`https://127.0.0.1:${port}/readyz`, input.pki.ca),
    readyWithin: 180_000,
    stopTier: StopTier.ApiServer,
    stopWithin: 1_000,
  });
}

function baseArgs({ cluster, etcdUrl, pki, serviceCidr }: ApiServerInput, port: number): string[] {
  const { files } = pki;
  return [
    `--etcd-servers=${etcdUrl}`,
    `--etcd-prefix=/${cluster}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${files.servingCert}`,
    `--tls-private-key-file=${files.servingKey}`,
    `--client-ca-file=${files.caCert}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-cluster-ip-range=${serviceCidr ?? '10.96.0.0/16'}`,
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    `--kubelet-client-certificate=${files.kubeletClientCert}`,
    `--kubelet-client-key=${files.kubeletClientKey}`,
    `--kubelet-certificate-authority=${files.caCert}`,
    '--kubelet-preferred-address-types=InternalIP',
  ];
}

/** The client certificate that kubelets know also says for whom a call is passed on. */
function aggregationArgs({ files }: Pki): string[] {
  return [
    `--requestheader-client-ca-file=${files.caCert}`,
    '--requestheader-allowed-names=kube-apiserver-kubelet-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${files.kubeletClientCert}`,
    `--proxy-client-key-file=${files.kubeletClientKey}`,
  ];
}

function optionalArgs(input: ApiServerInput): string[] {
  const args: string[] = [];
  if (input.audit) {
    args.push(`--audit-policy-file=${auditPolicyFile(input)}`, `--audit-log-path=${auditLogFile(input)}`);
  }
  if (input.aggregation) args.push(...aggregationArgs(input.pki));
  if (input.tolerationSeconds !== undefined) {
    args.push(`--default-not-ready-toleration-seconds=${input.tolerationSeconds}`);
    args.push(`--default-unreachable-toleration-seconds=${input.tolerationSeconds}`);
  }
  return args;
}
