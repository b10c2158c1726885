import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

/** Which Temporal, and how everybody in `up` reaches it. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
  /** Environment of the processes that connect to it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A name without a file: the SDK cannot read an empty one. */
const NO_FILE = '/nonexistent/temporal.toml';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param address host:port of a server of ours (`embedded`), or of somebody else's: then the credentials of `TEMPORAL_*` and of
 *   Temporal's configuration file hold.
 */
export function temporalTarget(
  where: { readonly address: string; readonly namespace: string; readonly embedded: boolean },
  env: Environment = process.env,
): TemporalTarget {
  const { address, namespace, embedded } = where;
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const kept = given.filter(([name]) => !(embedded && name.startsWith('TEMPORAL_')));
  // An API key meant for somebody else's server would make every client speak TLS to ours.
  const withoutFile: Record<string, string> = embedded ? { TEMPORAL_CONFIG_FILE: NO_FILE } : {};
  const own = { ...withoutFile, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return { address, namespace, env: { ...Object.fromEntries(kept), ...own } };
}

/** Connects lazily: the first call fails when nobody answers. */
export function connectTo(target: TemporalTarget): Connection {
  const { connectionOptions } = loadClientConnectConfig({ overrideEnvVars: { ...target.env } });
  return Connection.lazy(connectionOptions);
}
