import { join } from 'node:path';
import { ensureBinaries } from '../../local/binaries';
import { pollUntil } from '../../local/processes/poll';
import { isBindFailure, isFree } from '../../local/processes/ports';
import type { ProcessError } from '../../local/processes/process-error';
import { Supervisor } from '../../local/processes/supervisor';
import { consoleProgress } from '../../local/progress';
import { TemporalDevServer, type TemporalInput } from '../../local/temporal/dev-server';
import { pause } from '../../kube/backoff';
import type { Logger } from '../../workers/observability/logger';
import type { DataDir } from './data-dir';
import { Restarts } from './restarts';

/** Which server to start, and where it keeps its data. */
export interface EmbeddedTemporalInput {
  readonly dataDir: DataDir;
  readonly namespace: string;
  readonly ui: boolean;
  readonly logger: Logger;
}

/** A Temporal of our own that keeps its address over restarts. */
export interface EmbeddedTemporal {
  readonly address: string;
  readonly uiUrl: string | null;
  stop(): Promise<void>;
}

/** A predecessor that was killed takes its server with it, but not in the same instant. */
const PREDECESSOR_MS = 5_000;

/**
 * Starts a Temporal dev server on a database in the data folder, at the port of last time if it is free, and starts it again
 * whenever it dies.
 *
 * @throws BinaryError when there is no server to be had; ProcessError when it does not start.
 */
export async function startEmbeddedTemporal(input: EmbeddedTemporalInput): Promise<EmbeddedTemporal> {
  const { dataDir, namespace, ui, logger } = input;
  const { temporal: binary } = await ensureBinaries(['temporal'], { report: consoleProgress() });
  const stopping = new AbortController();
  let restart = (error: ProcessError): void => logger.error({ process: 'temporal', error }, 'process ended');
  const supervisor = new Supervisor({ dir: join(dataDir.path, 'logs'), onCrash: (error) => restart(error) });
  const options = { supervisor, binary, namespace, ui, dataDir: join(dataDir.path, 'temporal') };
  try {
    const server = await startAtKnownPort(options, dataDir.recall().temporalPort);
    dataDir.remember({ temporalPort: Number(server.address.split(':').pop()) });
    logger.info({ process: 'temporal', pid: server.pid }, 'process started');
    restart = keeper(server, logger, stopping.signal);
    return {
      address: server.address,
      uiUrl: server.uiUrl,
      stop: async () => {
        stopping.abort();
        await supervisor.stop();
      },
    };
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function startAtKnownPort(options: TemporalInput, port: number | undefined): Promise<TemporalDevServer> {
  if (port === undefined || !(await becomesFree(port))) return TemporalDevServer.start(options);
  try {
    return await TemporalDevServer.start({ ...options, port });
  } catch (error) {
    if (!isBindFailure(error)) throw error;
    return TemporalDevServer.start(options);
  }
}

async function becomesFree(port: number): Promise<boolean> {
  return pollUntil(() => isFree(port), { what: `port ${port} to be free`, within: PREDECESSOR_MS }).then(
    () => true,
    () => false,
  );
}

/** What to do when the server has died: again and again, until it runs. */
function keeper(server: TemporalDevServer, logger: Logger, signal: AbortSignal): (error: ProcessError) => void {
  const restarts = new Restarts();
  let born = Date.now();
  const again = async (error: unknown): Promise<void> => {
    if (signal.aborted) return;
    const restartIn = restarts.next(Date.now() - born);
    logger.error({ process: 'temporal', restartIn, error }, 'process ended, starting it again');
    await pause(restartIn, signal);
    if (signal.aborted) return;
    born = Date.now();
    try {
      await server.start();
      logger.info({ process: 'temporal', pid: server.pid }, 'process started');
    } catch (failure) {
      await again(failure);
    }
  };
  return (error) => void again(error);
}
