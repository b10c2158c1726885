import { createPrivateKey, generateKeyPair, randomBytes, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3_600_000;
const LIFE_DAYS = 365;
const crypto = webcrypto;

/** A certificate and its private key, both PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says about its holder. */
export interface Subject {
  readonly commonName: string;
  /** Group, for client certificates. */
  readonly organization?: string;
  /** True: valid for serving on loopback (127.0.0.1, localhost and the names and addresses given). */
  readonly serving?: boolean;
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

/** An authority of its own, EC P-256, valid for a year: enough for anything that lives on this machine. */
export class CertificateAuthority {
  private constructor(
    /** PEM of the authority's certificate. */
    readonly cert: string,
    private readonly certificate: x509.X509Certificate,
    private readonly keys: x509.X509CertificateCreateSelfSignedParams['keys'],
  ) {}

  static async create(commonName: string): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned(
      {
        serialNumber: newSerial(),
        name: distinguishedName({ commonName }),
        ...validity(),
        signingAlgorithm: ALGORITHM,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
        ],
      },
      crypto,
    );
    return new CertificateAuthority(certificate.toString('pem'), certificate, keys);
  }

  /** PEM of the authority's key: for a controller manager that signs in its name. */
  async key(): Promise<string> {
    return await privateKeyPem(this.keys.privateKey);
  }

  /** A certificate with clientAuth, and with serverAuth too when `subject.serving`. */
  async issue(subject: Subject): Promise<Credential> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create(
      {
        serialNumber: newSerial(),
        subject: distinguishedName(subject),
        issuer: this.certificate.subject,
        ...validity(),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey: this.keys.privateKey,
        extensions: await extensions(subject, this.certificate.publicKey),
      },
      crypto,
    );
    return { cert: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) };
  }
}

/** EC P-256 pair in PEM with which a cluster signs ServiceAccount tokens: a fifteenth of the work of RSA 2048, for each token. */
export async function serviceAccountKeys(): Promise<{ publicKey: string; privateKey: string }> {
  return await promisify(generateKeyPair)('ec', {
    namedCurve: ALGORITHM.namedCurve,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
}

type Keys = Awaited<ReturnType<typeof newKeys>>;

async function newKeys() {
  return await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function extensions(subject: Subject, issuer: x509.PublicKey): Promise<x509.Extension[]> {
  const usages = [x509.ExtendedKeyUsage.clientAuth, ...(subject.serving ? [x509.ExtendedKeyUsage.serverAuth] : [])];
  const list: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(usages),
    await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
  ];
  if (subject.serving) list.push(new x509.SubjectAlternativeNameExtension(loopbackNames(subject)));
  return list;
}

function loopbackNames({ dnsNames = [], addresses = [] }: Subject): x509.JsonGeneralNames {
  const names = ['localhost', ...dnsNames].map((value) => ({ type: 'dns' as const, value }));
  return [...['127.0.0.1', ...addresses].map((value) => ({ type: 'ip' as const, value })), ...names];
}

/** As structured data: a name written as text would have to escape the colons of `system:masters`. */
function distinguishedName(subject: Subject): x509.JsonName {
  const organization = subject.organization === undefined ? [] : [{ O: [subject.organization] }];
  return [...organization, { CN: [subject.commonName] }];
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + LIFE_DAYS * DAY_MS) };
}

function newSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}

/** SEC1 or PKCS#8 are both read by Go; Node writes PKCS#8 from a WebCrypto key. */
async function privateKeyPem(key: Keys['privateKey']): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}
