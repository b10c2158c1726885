import { join } from 'node:path';
import { COLLECT_RARELY } from '../processes/go-garbage';
import type { ManagedProcess } from '../processes/managed-process';
import { onFreePorts } from '../processes/ports';
import { answersOk } from '../processes/probes';
import type { Supervisor } from '../processes/supervisor';
import { StopTier } from '../processes/stop-tier';

/** One etcd for all clusters of a stack; each has its own prefix. */
export interface Etcd {
  /** http URL on loopback. */
  readonly url: string;
  readonly process: ManagedProcess;
}

/**
 * Starts etcd with its data below `dir`, without fsync: it survives the death of any process, not of the machine.
 */
export async function startEtcd(input: { supervisor: Supervisor; binary: string; dir: string }): Promise<Etcd> {
  return await onFreePorts(2, async ([client, peer]) => {
    const url = `http://127.0.0.1:${client}`;
    const peerUrl = `http://127.0.0.1:${peer}`;
    const process = await input.supervisor.start({
      name: 'etcd',
      command: input.binary,
      args: [
        '--name=e',
        `--data-dir=${join(input.dir, 'etcd')}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=e=${peerUrl}`,
        '--unsafe-no-fsync',
        '--quota-backend-bytes=2147483648',
        '--log-level=warn',
      ],
      env: COLLECT_RARELY,
      ready: () => answersOk(`${url}/health`),
      stopTier: StopTier.Storage,
    });
    return { url, process };
  });
}
