import { createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** A key that nobody else has, and the request to certify it, both PEM. */
export interface SigningRequest {
  readonly request: string;
  readonly key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** What the signer `kubernetes.io/kubelet-serving` demands of a subject. */
const COMMON_NAME = 'system:node:kubeocean-gateway';
const ORGANIZATION = 'system:nodes';

/** @param names addresses and DNS names under which the gateway is called; at least one */
export async function signingRequest(names: readonly string[]): Promise<SigningRequest> {
  // Loaded when it is needed: a gateway with a Secret never does.
  const x509 = await import('@peculiar/x509');
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const alternatives = names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [{ O: [ORGANIZATION] }, { CN: [COMMON_NAME] }],
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.SubjectAlternativeNameExtension(alternatives)],
    },
    webcrypto,
  );
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { request: request.toString('pem'), key };
}
