import { X509Certificate } from 'node:crypto';
import type { CredentialsLife } from '../domain/binding';

/**
 * Reads `iat` and `exp` of a token that is a JWT, without checking its signature: that is the API server's business.
 * @returns null for one that does not expire, or does not say
 */
export function tokenLifetime(token: string): CredentialsLife | null {
  const [, payload] = token.split('.');
  const { exp, iat, nbf } = parseClaims(payload ?? '');
  if (typeof exp !== 'number') return null;
  const issued = [iat, nbf].find((claim): claim is number => typeof claim === 'number') ?? exp;
  return { kind: 'token', issuedAt: issued * 1_000, expiresAt: exp * 1_000 };
}

/** Validity of a client certificate; of a chain the first is the client's own. @throws Error when it is none */
export function certificateLifetime(pem: string): CredentialsLife {
  const { validFrom, validTo } = new X509Certificate(pem);
  return { kind: 'client certificate', issuedAt: Date.parse(validFrom), expiresAt: Date.parse(validTo) };
}

interface Claims {
  readonly exp?: unknown;
  readonly iat?: unknown;
  readonly nbf?: unknown;
}

function parseClaims(payload: string): Claims {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? claims : {};
  } catch {
    return {};
  }
}
