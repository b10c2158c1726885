import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateAuthority, serviceAccountKeys, type Credential } from './certificates';

/** Files of one cluster's certificates and keys, and the few PEM texts that clients need. */
export interface Pki {
  readonly ca: string;
  readonly admin: Credential;
  readonly controllerManager: Credential;
  readonly scheduler: Credential;
  /** Identity of kwok, with serving rights for its kubelet endpoint. */
  readonly kwok: Credential;
  readonly files: PkiFiles;
}

/** Absolute paths; every file has mode 0600. */
export interface PkiFiles {
  readonly caCert: string;
  readonly caKey: string;
  readonly servingCert: string;
  readonly servingKey: string;
  readonly kubeletClientCert: string;
  readonly kubeletClientKey: string;
  readonly kwokCert: string;
  readonly kwokKey: string;
  readonly serviceAccountPublicKey: string;
  readonly serviceAccountKey: string;
}

/** One authority per cluster: a client certificate of one cluster means nothing to another. */
export async function createPki(cluster: string, folder: string): Promise<Pki> {
  const [ca, serviceAccount] = await Promise.all([CertificateAuthority.create(`${cluster}-ca`), serviceAccountKeys()]);
  const [serving, kubeletClient, admin, controllerManager, scheduler, kwok] = await Promise.all([
    ca.issue({ commonName: 'kube-apiserver', serving: true, dnsNames: ['kubernetes.default.svc'] }),
    ca.issue({ commonName: 'kube-apiserver-kubelet-client' }),
    ca.issue({ commonName: 'admin', organization: 'system:masters' }),
    ca.issue({ commonName: 'system:kube-controller-manager' }),
    ca.issue({ commonName: 'system:kube-scheduler' }),
    ca.issue({ commonName: 'kwok', organization: 'system:masters', serving: true }),
  ]);
  const write = fileWriter(folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [caCert, caKey, servingCert, servingKey, kubeletClientCert, kubeletClientKey] = await Promise.all([
    write('ca.crt', ca.cert),
    write('ca.key', await ca.key()),
    write('serving.crt', serving.cert),
    write('serving.key', serving.key),
    write('kubelet-client.crt', kubeletClient.cert),
    write('kubelet-client.key', kubeletClient.key),
  ]);
  const [kwokCert, kwokKey, serviceAccountPublicKey, serviceAccountKey] = await Promise.all([
    write('kwok.crt', kwok.cert),
    write('kwok.key', kwok.key),
    write('sa.pub', serviceAccount.publicKey),
    write('sa.key', serviceAccount.privateKey),
  ]);
  const files: PkiFiles = {
    caCert,
    caKey,
    servingCert,
    servingKey,
    kubeletClientCert,
    kubeletClientKey,
    kwokCert,
    kwokKey,
    serviceAccountPublicKey,
    serviceAccountKey,
  };
  return { ca: ca.cert, admin, controllerManager, scheduler, kwok, files };
}

function fileWriter(folder: string): (name: string, text: string) => Promise<string> {
  return async (name, text) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
}
