import { createPrivateKey, X509Certificate } from 'node:crypto';

/** A serving certificate with its key, PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Where a gateway's serving certificate comes from. It goes on giving new ones until it is stopped. */
export interface CertificateSource {
  /** Resolves when the present certificate, and what renews it, are let go. */
  stop(): Promise<void>;
}

/** A certificate that cannot be used. The message names no content. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
}

/** @throws CertificateFault when certificate and key cannot be read, do not belong together, or have expired */
export function servingCertificate(cert: string, key: string, now: number): ServingCertificate {
  const parsed = parse(cert, key);
  const [notBefore, notAfter] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  if (now >= notAfter) throw new CertificateFault('the serving certificate has expired');
  return { cert, key, notBefore, notAfter };
}

function parse(cert: string, key: string): X509Certificate {
  let parsed: X509Certificate;
  let fits: boolean;
  try {
    parsed = new X509Certificate(cert);
    fits = parsed.checkPrivateKey(createPrivateKey(key));
  } catch {
    // The message of the parser may quote what it was given.
    throw new CertificateFault('the serving certificate or its key cannot be read');
  }
  if (!fits) throw new CertificateFault('the key does not belong to the serving certificate');
  return parsed;
}

/** When to ask for the next one, epoch milliseconds: after four fifths of its life, so that a signer may be away for a while. */
export function renewalAt({ notBefore, notAfter }: Pick<ServingCertificate, 'notBefore' | 'notAfter'>): number {
  return notBefore + 0.8 * (notAfter - notBefore);
}
