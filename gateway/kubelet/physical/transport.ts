import { request as httpsRequest } from 'node:https';
import type { ClientRequest } from 'node:http';
import type { Parameters } from '../../../domain/kubelet';
import type { ClusterAccess } from '../../../kube';
import { ReadyAgent } from './ready-agent';

/** A request to a physical API server; address and credential are the transport's. */
export interface StreamRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  /** A name may come more than once. */
  readonly headers: Parameters;
}

/**
 * The way of bytes to a physical API server. One method, so that a cluster that nobody can dial into can be reached by a tunnel
 * instead.
 */
export interface PhysicalTransport {
  /** A request whose `response`, `upgrade` and `error` are the caller's to await; he ends it. */
  open(request: StreamRequest): Promise<ClientRequest>;
  /** Lets go of connections that are not in use; streams go on. */
  close(): void;
}

/** Dials the API server itself. Its certificate is always verified, unless an operator's own file says otherwise. */
export function dialling(access: ClusterAccess): PhysicalTransport {
  const url = new URL(access.server);
  const agent = new ReadyAgent(access.tls());
  return {
    open: async ({ method, path, headers }) => {
      const authorization = await access.authorization();
      const request = httpsRequest({
        agent,
        method,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || 443,
        path: url.pathname.replace(/\/+$/, '') + path,
        headers: {
          ...collected(headers),
          'user-agent': 'kubeocean/gateway',
          ...(authorization === null ? {} : { authorization }),
        },
      });
      // The agent's own option comes too late for what follows a handshake: it would wait 40 ms for an acknowledgement.
      request.setNoDelay(true);
      request.once('upgrade', () => agent.prepare());
      return request;
    },
    close: () => agent.close(),
  };
}

/** As Node takes them: a name that comes more than once has a list. */
function collected(headers: Parameters): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const present = result[name];
    result[name] = present === undefined ? value : [present, value].flat();
  }
  return result;
}
