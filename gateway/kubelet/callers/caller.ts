import type { TLSSocket } from 'node:tls';

/** Who calls, as the virtual cluster knows him. */
export interface Caller {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** What a connection says about its caller: somebody, nobody, or somebody who is not believed. */
export type Presented = Caller | 'nobody' | 'refused';

const AUTHENTICATED = 'system:authenticated';

/** The parts of a TLS connection that tell who it comes from. */
type Connection = Pick<TLSSocket, 'authorized' | 'getPeerCertificate'>;

/**
 * The caller by the client certificate of a connection: the common name is the user, organizations are groups, as for an API
 * server. A certificate that was not verified against the cluster's authority, or has expired since, is refused.
 * @param now epoch milliseconds
 */
export function callerByCertificate(socket: Connection, now: number): Presented {
  // Typed as always there; it is empty for a caller without certificate, who may be `authorized` all the same.
  const certificate: Partial<ReturnType<Connection['getPeerCertificate']>> | undefined = socket.getPeerCertificate();
  if (certificate?.subject === undefined) return 'nobody';
  const { CN: name, O: organizations = [] } = certificate.subject as { CN?: string | string[]; O?: string | string[] };
  const current = now < Date.parse(certificate.valid_to ?? '');
  if (!socket.authorized || !current || typeof name !== 'string' || name === '') return 'refused';
  return { name, groups: [...[organizations].flat(), AUTHENTICATED] };
}

/** The bearer token of a request; null: none. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}
