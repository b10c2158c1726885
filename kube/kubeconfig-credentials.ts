import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { AccessParts } from './access';
import { KubeconfigError, stringIn, type CurrentContext, type Fields } from './kubeconfig-document';

/** Fields that we do not implement. Ignoring one would connect elsewhere, or act as somebody else, than its author meant. */
const UNSUPPORTED: readonly (readonly [section: keyof CurrentContext, field: string])[] = [
  ['cluster', 'proxy-url'],
  ['user', 'as'],
  ['user', 'as-uid'],
  ['user', 'as-groups'],
  ['user', 'as-user-extra'],
  ['user', 'username'],
  ['user', 'password'],
];

/** What the connection is made of, once it is certain that the fields hold contents and not paths. @throws KubeconfigError */
export function accessParts({ cluster, user }: CurrentContext): AccessParts {
  for (const [section, field] of UNSUPPORTED) {
    const value = { cluster, user }[section][field];
    if (value !== undefined && value !== null && value !== '') {
      throw new KubeconfigError(`${section}s[].${section}.${field}`, 'is not supported');
    }
  }
  const parts = {
    server: serverOf(cluster),
    tlsServerName: stringIn(cluster, 'tls-server-name', 'clusters[].cluster.tls-server-name'),
    ca: pem(cluster, 'certificate-authority-data', 'clusters[].cluster'),
    ...credentialOf(user),
  };
  checkTls(parts);
  return parts;
}

function serverOf(cluster: Fields): string {
  const field = 'clusters[].cluster.server';
  const server = stringIn(cluster, 'server', field);
  if (server === undefined) throw new KubeconfigError(field, 'is missing');
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url === null) throw new KubeconfigError(field, 'is not a URL');
  if (url.protocol !== 'https:') throw new KubeconfigError(field, 'does not begin with https://');
  if (url.username !== '' || url.password !== '') throw new KubeconfigError(field, 'contains a user name');
  if (url.search !== '' || url.hash !== '') throw new KubeconfigError(field, 'contains a query or a fragment');
  return server.replace(/\/+$/, '');
}

function credentialOf(user: Fields): Pick<AccessParts, 'token' | 'cert' | 'key'> {
  const token = stringIn(user, 'token', 'users[].user.token')?.trim();
  const cert = pem(user, 'client-certificate-data', 'users[].user');
  const key = pem(user, 'client-key-data', 'users[].user');
  if (token !== undefined && !isHeaderValue(token)) throw new KubeconfigError('users[].user.token', 'is not a token');
  if (cert !== undefined && key === undefined) throw new KubeconfigError('users[].user.client-key-data', 'is missing');
  if (key !== undefined && cert === undefined) {
    throw new KubeconfigError('users[].user.client-certificate-data', 'is missing');
  }
  if (token === undefined && cert === undefined) {
    throw new KubeconfigError('users[].user', 'has no credential: neither token nor client certificate');
  }
  return { token, cert, key };
}

/** Base64 of PEM, as kubeconfigs hold it. */
function pem(fields: Fields, name: string, path: string): string | undefined {
  const encoded = stringIn(fields, name, `${path}.${name}`);
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  if (!decoded.includes('-----BEGIN ')) throw new KubeconfigError(`${path}.${name}`, 'is not base64 of PEM');
  return decoded;
}

/** Found here a wrong certificate names its field; found at the first connection it would be a riddle from OpenSSL. */
function checkTls({ ca, cert, key }: AccessParts): void {
  const checks: readonly (readonly [field: string, check: () => unknown])[] = [
    ['clusters[].cluster.certificate-authority-data', () => ca && new X509Certificate(ca)],
    ['users[].user.client-certificate-data', () => cert && new X509Certificate(cert)],
    ['users[].user.client-key-data', () => key && createSecureContext({ cert, key })],
  ];
  for (const [field, check] of checks) {
    try {
      check();
    } catch {
      throw new KubeconfigError(field, 'is not valid, or does not fit its certificate');
    }
  }
}

function isHeaderValue(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}
