import type { Secret } from 'kubernetes-types/core/v1';
import { Secrets, startInformer, type KubeClient, type ObjectKey } from '../../../kube';
import { CertificateFault, servingCertificate, type CertificateSource, type ServingCertificate } from './certificate';

/** Where the certificate is kept, and who is told. */
export interface SecretCertificateOptions {
  /** A Secret of type `kubernetes.io/tls`. */
  readonly secret: Required<ObjectKey>;
  readonly onCertificate: (certificate: ServingCertificate) => void;
  /** A Secret that cannot be used, or read; what was given before stays in use. */
  readonly onError: (error: unknown) => void;
}

/** A serving certificate that somebody else keeps in a Secret; each new one is taken at once. */
export function certificateFromSecret(client: KubeClient, options: SecretCertificateOptions): CertificateSource {
  const { secret: key, onCertificate, onError } = options;
  const secrets = startInformer<Secret>(client, Secrets, { namespace: key.namespace, fieldSelector: `metadata.name=${key.name}`, onError });
  const take = (secret: Secret | null | undefined) => {
    try {
      if (!secret) throw new CertificateFault(`Secret ${key.namespace}/${key.name} does not exist`);
      const { 'tls.crt': cert = '', 'tls.key': privateKey = '' } = secret.data ?? {};
      onCertificate(servingCertificate(decoded(cert), decoded(privateKey), Date.now()));
    } catch (error) {
      onError(error);
    }
  };
  secrets.onList(() => take(secrets.store.list()[0]));
  secrets.subscribe(({ new: secret }) => {
    if (secrets.hasSynced()) take(secret);
  });
  return { stop: () => secrets.stop() };
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
