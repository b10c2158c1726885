import { createHash } from 'node:crypto';
import type { CredentialsLife } from '../domain/binding';
import { certificateLifetime, tokenLifetime } from './lifetime';

/** What {@link ClusterAccess} is made of. Contents, not paths. */
export interface AccessParts {
  /** `https://host:port`, possibly with a path prefix; no trailing slash. */
  readonly server: string;
  /** Name to verify in the server's certificate instead of the host. */
  readonly tlsServerName?: string;
  /** PEM. Absent: the system's roots. */
  readonly ca?: string;
  /** PEM of the client certificate. */
  readonly cert?: string;
  /** PEM of its key. */
  readonly key?: string;
  /** A fixed bearer token, or a function that gives the one valid now. */
  readonly token?: string | TokenSource;
  /** True only in an operator's own file. Default false. */
  readonly insecureSkipTlsVerify?: boolean;
}

/** Gives the bearer token that is valid now; called for each request, so it caches. */
export type TokenSource = () => Promise<string>;

/** TLS part of a connection to the API server, as `tls.connect` and undici take it. */
export interface TlsParts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

/**
 * Address and credential of one cluster. The credential stays in memory: JSON, `util.inspect` and spreading show the server only.
 */
export class ClusterAccess {
  readonly server: string;
  /** Changes when server or credential change; equal accesses have equal fingerprints. Reveals nothing. */
  readonly fingerprint: string;
  readonly #parts: AccessParts;

  constructor(parts: AccessParts) {
    this.server = parts.server;
    this.#parts = parts;
    const token = typeof parts.token === 'string' ? parts.token : parts.token === undefined ? '' : 'dynamic';
    this.fingerprint = createHash('sha256')
      .update(JSON.stringify([parts.server, parts.tlsServerName, parts.ca, parts.cert, parts.key, token]))
      .digest('hex');
  }

  tls(): TlsParts {
    const { ca, cert, key, tlsServerName, insecureSkipTlsVerify } = this.#parts;
    return { ca, cert, key, servername: tlsServerName, rejectUnauthorized: insecureSkipTlsVerify !== true };
  }

  /** Value of the `Authorization` header; `null` when the client certificate is the credential. */
  async authorization(): Promise<string | null> {
    const { token } = this.#parts;
    if (token === undefined) return null;
    return `Bearer ${typeof token === 'string' ? token : await token()}`;
  }

  /** Of the credential that is sent; null: it does not expire, or a program or file gives it. Of two the one that ends first. */
  lifetime(): CredentialsLife | null {
    const { token, cert } = this.#parts;
    const lives = [
      typeof token === 'string' ? tokenLifetime(token) : null,
      cert === undefined ? null : certificateLifetime(cert),
    ].filter((life) => life !== null);
    return lives.sort((a, b) => a.expiresAt - b.expiresAt)[0] ?? null;
  }

  toJSON(): { readonly server: string; readonly credential: 'redacted' } {
    return { server: this.server, credential: 'redacted' };
  }
}
