import type { Parameters } from './log-query';
import { read, refused, type Read } from './refusal';

/** Names of the standard streams: the kubelet's, then the API server's. */
const STREAMS = [
  ['input', 'stdin'],
  ['output', 'stdout'],
  ['error', 'stderr'],
] as const;

/**
 * The query of `/exec` and `/attach` as the subresources of a pod take it. A terminal has no standard error of its own: asked for
 * both, it is left out, as a kubelet does.
 */
export function execQuery(query: URLSearchParams, container: string): Read<Parameters> {
  const asked = (name: string) => ['1', 'true'].includes(query.get(name) ?? '');
  const tty = asked('tty');
  const streams = STREAMS.filter(([name]) => asked(name) && !(tty && name === 'error'));
  if (streams.length === 0) return refused(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return read([
    ['container', container] as const,
    ...query.getAll('command').map((part) => ['command', part] as const),
    ...streams.map(([, name]) => [name, 'true'] as const),
    ...(tty ? [['tty', 'true'] as const] : []),
  ]);
}

/**
 * The query of `/portForward` as the subresource of a pod takes it. By SPDY the ports come with the streams; a WebSocket names
 * them in the query, to a kubelet as `port`, to an API server as `ports`.
 */
export function portForwardQuery(query: URLSearchParams, isWebSocket: boolean): Read<Parameters> {
  if (!isWebSocket) return read([]);
  const given = query.getAll('port');
  if (given.length === 0) return refused(400, 'query parameter "port" is required');
  const ports: (readonly [string, string])[] = [];
  for (const list of given) {
    if (list === '') return refused(400, 'query parameter "port" cannot be empty');
    for (const port of list.split(',')) {
      if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) return refused(400, `unable to parse ${JSON.stringify(list)} as a port`);
      if (Number(port) < 1) return refused(400, `port ${JSON.stringify(list)} must be > 0`);
      ports.push(['ports', port]);
    }
  }
  return read(ports);
}
