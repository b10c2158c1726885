import type { Parameters } from './log-query';

/** What negotiates the protocol of a stream, in lower case. Nothing else passes: no credential, nobody to impersonate. */
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  ...['connection', 'upgrade', 'x-stream-protocol-version'],
  ...['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'],
]);
const RESPONSE_HEADERS: ReadonlySet<string> = new Set([
  ...['connection', 'upgrade', 'x-stream-protocol-version', 'x-accepted-stream-protocol-versions'],
  ...['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions'],
]);

/** A bearer token that a browser had to hide in the list of WebSocket protocols. */
const TOKEN_PROTOCOL = /^base64url\.bearer\.authorization\.k8s\.io\./i;

/** The headers of a client that reach the physical API server. @param raw names and values in turn, as Node gives them */
export function requestHeaders(raw: readonly string[]): Parameters {
  return pairs(raw)
    .filter(([name]) => REQUEST_HEADERS.has(name.toLowerCase()))
    .map(([name, value]) => [name, name.toLowerCase() === 'sec-websocket-protocol' ? withoutToken(value) : value] as const)
    .filter(([, value]) => value !== '');
}

/** The headers of the answer 101 that reach the client. */
export function responseHeaders(raw: readonly string[]): Parameters {
  return pairs(raw).filter(([name]) => RESPONSE_HEADERS.has(name.toLowerCase()));
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
}

function withoutToken(protocols: string): string {
  const list = protocols.split(',').map((protocol) => protocol.trim());
  return list.filter((protocol) => protocol !== '' && !TOKEN_PROTOCOL.test(protocol)).join(', ');
}
