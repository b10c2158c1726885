import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';

/** Refusals of a workflow that is about to continue as new: over in milliseconds, so not worth the usual second. */
const CLOSING = /workflow is closing|workflow is busy/i;

/** Both kinds of connection to Temporal, set up by the `TEMPORAL_*` environment variables. */
export interface TemporalConnections {
  readonly namespace: string;
  /** For workers. */
  readonly native: NativeConnection;
  /** For signals: it retries a refused one after 10 ms, where the native connection and the activities' own client wait a second. */
  readonly client: Client;
  close(): Promise<void>;
}

/** @throws Error when Temporal does not answer */
export async function connectTemporal(): Promise<TemporalConnections> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const retry = makeGrpcRetryInterceptor(
    defaultGrpcRetryOptions({
      maxAttempts: 30,
      factor: 1.3,
      initialIntervalMs: (status) => (CLOSING.test(status.details) ? 10 : 1_000),
    }),
  );
  const connection = await Connection.connect({ ...connectionOptions, interceptors: [retry] });
  const { address, apiKey, tls, metadata } = connectionOptions;
  const native = await NativeConnection.connect({ address, apiKey, tls, metadata: metadata as Record<string, string> });
  return {
    namespace,
    native,
    client: new Client({ connection, namespace }),
    close: async () => {
      await native.close();
      await connection.close();
    },
  };
}

