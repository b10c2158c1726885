import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ManagedProcess } from '../processes/managed-process';
import { onFreePorts } from '../processes/ports';
import { answersOk } from '../processes/probes';
import type { ControllersInput } from './controllers';
import { writeKubeconfig } from './kubeconfig';
import { FAKE_NODE, KWOK_CONFIGURATION, kwokStages } from './kwok-stages';
import { StopTier } from '../processes/stop-tier';

/** For which cluster kubelets are played, and how. */
export interface KwokInput extends ControllersInput {
  readonly binary: string;
  /** Pod addresses come from 10.<subnet>.0.0/16. */
  readonly subnet: number;
  /** Seconds for which a node's lease holds; renewed four times as often. Default 40, as a kubelet does. */
  readonly nodeLeaseSeconds?: number;
  /** Address that nodes say they have; kwok itself stays on loopback. Default 127.0.0.1. */
  readonly nodeAddress?: string;
  /** Documents added to kwok's configuration, for example `ClusterLogs`. */
  readonly extraConfig?: readonly object[];
}

/**
 * Starts kwok, which plays the kubelets of all nodes annotated {@link FAKE_NODE}.
 * Its kubelet endpoint authenticates nobody: loopback only.
 */
export async function startKwok(input: KwokInput): Promise<ManagedProcess> {
  const { cluster, dir, pki } = input;
  const name = `${cluster}-kwok`;
  const config = join(dir, 'kwok.yaml');
  const documents = [KWOK_CONFIGURATION, ...kwokStages(), ...(input.extraConfig ?? [])].map((document) => stringify(document));
  await writeFile(config, documents.join('---\n'), { mode: 0o600 });
  const kubeconfig = await writeKubeconfig(join(dir, `${name}.kubeconfig`), {
    name,
    server: input.server,
    ca: pki.ca,
    credential: pki.kwok,
  });
  return await onFreePorts(1, async ([port]) => {
    return await input.supervisor.start({
      name,
      command: input.binary,
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--config=${config}`,
        '--manage-all-nodes=false',
        `--manage-nodes-with-annotation-selector=${FAKE_NODE.key}=${FAKE_NODE.value}`,
        `--cidr=10.${input.subnet}.0.1/16`,
        `--node-ip=${input.nodeAddress ?? '127.0.0.1'}`,
        `--node-port=${port}`,
        `--server-address=127.0.0.1:${port}`,
        `--tls-cert-file=${pki.files.kwokCert}`,
        `--tls-private-key-file=${pki.files.kwokKey}`,
        `--node-lease-duration-seconds=${input.nodeLeaseSeconds ?? 40}`,
        '--v=WARN',
      ],
      env: input.env,
      ready: () => answersOk(`https://127.0.0.1:${port}/healthz`, pki.ca),
      stopTier: StopTier.Controllers,
      stopWithin: 2_000,
    });
  });
}
