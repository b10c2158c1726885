import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { UsualTool } from '../binaries';
import type { ProcessError } from '../processes/process-error';
import type { Progress } from '../progress';
import { startStack, type Stack } from '../stack';
import { Commands } from './commands';
import type { Durations, Lender, Walk } from './walk';

/** What to open the walk with. */
export interface OpenOptions {
  readonly binaries: Readonly<Record<UsualTool, string>>;
  /** Everything is written below this folder. */
  readonly dir: string;
  readonly report?: Progress;
  readonly onCrash?: (error: ProcessError) => void;
  /** Serve Temporal's UI. Default false. */
  readonly temporalUi?: boolean;
}

/** An open walk; nothing of the product runs yet. */
export interface OpenWalk {
  readonly walk: Walk;
  /** Stops everything, the product first. The folder stays. */
  close(): Promise<void>;
}

/**
 * Heartbeats come every ten seconds, twelve at most: what is above that lets a busy machine be late.
 * Kubernetes itself grants 50 and 300 seconds, for which nobody would want to wait here.
 */
const NODE_GRACE_SECONDS = 18;
const TOLERATION_SECONDS = 3;

const DURATIONS: Durations = {
  tolerated: (NODE_GRACE_SECONDS + TOLERATION_SECONDS) * 1_000,
  unreachableAfter: 10_000,
  cut: 60_000,
};

/** Starts Temporal, a virtual cluster and two physical ones with three nodes each. A failure leaves nothing running. */
export async function openWalk(options: OpenOptions): Promise<OpenWalk> {
  const { binaries, dir, report, onCrash, temporalUi } = options;
  const stack = await startStack({
    ...{ binaries, dir, report, onCrash },
    temporal: { dataDir: join(dir, 'temporal'), unsafeNoSync: true, ui: temporalUi },
    virtual: { nodeMonitorGraceSeconds: NODE_GRACE_SECONDS, tolerationSeconds: TOLERATION_SECONDS },
    clusters: { audit: true },
  });
  try {
    return await openOn(stack, binaries);
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

async function openOn(stack: Stack, binaries: OpenOptions['binaries']): Promise<OpenWalk> {
  const dir = join(stack.dir, 'walk');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const connection = await Connection.connect({ address: stack.temporal.address });
  const walk: Walk = {
    ...{ stack, dir, durations: DURATIONS },
    lenders: lendersOf(stack),
    commands: new Commands(binaries.kubectl, dir),
    temporal: new Client({ connection, namespace: stack.temporal.namespace }),
  };
  const close = async () => {
    await connection.close();
    await stack.stop();
  };
  return { walk, close };
}

function lendersOf({ physical: [first, second] }: Stack): [Lender, Lender] {
  if (first === undefined || second === undefined) throw new Error('the walk needs two physical clusters');
  return [
    { binding: 'cluster-a', clusterId: 'cls-a', cluster: first },
    { binding: 'cluster-b', clusterId: 'cls-b', cluster: second },
  ];
}
