import { Client, isGrpcServiceError, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Command } from 'commander';
import { connectTo } from '../up/temporal-target';
import { UserError } from '../user-error';

/** Which Temporal a command speaks to; what is absent is taken from `TEMPORAL_*` and Temporal's configuration file. */
export interface TemporalOptions {
  readonly temporalAddress?: string;
  readonly temporalNamespace?: string;
}

/** Adds the options that say which Temporal. */
export function withTemporalOptions(command: Command): Command {
  return command
    .option('--temporal-address <host:port>', 'Temporal (default: TEMPORAL_ADDRESS, else 127.0.0.1:7233)')
    .option('--temporal-namespace <name>', 'namespace of the virtual cluster (default: TEMPORAL_NAMESPACE, else default)');
}

/**
 * Runs `action` with a client, and closes its connection.
 * @throws UserError where Temporal does not answer, does not know the workflow, or rejects the input
 */
export async function withTemporal<R>(options: TemporalOptions, action: (client: Client) => Promise<R>): Promise<R> {
  const env = {
    ...process.env,
    ...(options.temporalAddress === undefined ? {} : { TEMPORAL_ADDRESS: options.temporalAddress }),
    ...(options.temporalNamespace === undefined ? {} : { TEMPORAL_NAMESPACE: options.temporalNamespace }),
  };
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(given) });
  const address = connectionOptions.address ?? '127.0.0.1:7233';
  const connection = connectTo({ address, namespace, env: Object.fromEntries(given) });
  try {
    await connection.withDeadline(Date.now() + PATIENCE_MS, () => connection.ensureConnected());
    return await action(new Client({ connection, namespace }));
  } catch (error) {
    throw explained(error, address);
  } finally {
    await connection.close();
  }
}

const PATIENCE_MS = 10_000;
/** gRPC status codes of a server that is not there, or not in time. */
const SILENT: readonly number[] = [4, 14];

function explained(error: unknown, address: string): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof WorkflowNotFoundError) {
    return new UserError(`Nothing of that name runs (workflow ${error.workflowId}).`);
  }
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    return new UserError(`The request is malformed: ${error.cause.message}.`);
  }
  const silent = isGrpcServiceError(error) ? SILENT.includes(error.code) : error instanceof Error && /connect/i.test(error.message);
  return silent ? new UserError(`Temporal at ${address} does not answer; check --temporal-address.`) : error;
}
