import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { ClusterAccess, type TokenSource } from './access';
import { accessParts } from './kubeconfig-credentials';
import {
  currentContext,
  KubeconfigError,
  parseDocument,
  stringIn,
  type CurrentContext,
  type Fields,
  type KubeconfigDocument,
} from './kubeconfig-document';
import { execToken, fileToken } from './token-source';

/** Where the files are looked for; replaced in tests. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly serviceAccount: string;
}

const REAL: Surroundings = {
  env: process.env,
  home: homedir(),
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
};

/**
 * Access of the operator who starts us: `file`, else the files of `KUBECONFIG` (merged, the first entry of a name counts),
 * else the ServiceAccount of the pod we run in, else `~/.kube/config`. It is the operator's own: paths, token files,
 * credential plugins and `insecure-skip-tls-verify` are allowed here; plain http and the removed `auth-provider` are not.
 *
 * @param file empty is absent: variables of processes are often set to nothing
 * @throws KubeconfigError naming the field, never its value.
 */
export function loadKubeconfig(file?: string, surroundings: Surroundings = REAL): ClusterAccess {
  const files = file ? [file] : listed(surroundings);
  if (files.length > 0) return fromFiles(files);
  const pod = fromPod(surroundings);
  if (pod !== null) return pod;
  const fallback = join(surroundings.home, '.kube', 'config');
  if (existsSync(fallback)) return fromFiles([fallback]);
  throw new KubeconfigError('file', 'is not given: use --kubeconfig FILE or KUBECONFIG');
}

/** Files named in `KUBECONFIG` that exist: kubectl skips the others too. */
function listed({ env }: Surroundings): readonly string[] {
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const existing = named.filter((path) => existsSync(path));
  if (named.length > 0 && existing.length === 0) throw new KubeconfigError('KUBECONFIG', 'names no file that exists');
  return existing;
}

function fromPod({ env, serviceAccount }: Surroundings): ClusterAccess | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  const tokenFile = join(serviceAccount, 'token');
  if (!host || !existsSync(tokenFile)) return null;
  const address = host.includes(':') ? `[${host}]` : host;
  return new ClusterAccess({
    server: `https://${address}:${port}`,
    ca: content(join(serviceAccount, 'ca.crt'), 'ca.crt'),
    token: fileToken(tokenFile),
  });
}

function fromFiles(files: readonly string[]): ClusterAccess {
  const documents = files.map((file) => ({ document: parseDocument(content(file, 'file')), folder: dirname(file) }));
  const merged: KubeconfigDocument = {
    currentContext: documents.find(({ document }) => document.currentContext !== '')?.document.currentContext ?? '',
    clusters: mergedEntries(documents.map(({ document, folder }) => absolute(document.clusters, folder))),
    users: mergedEntries(documents.map(({ document, folder }) => absolute(document.users, folder))),
    contexts: mergedEntries(documents.map(({ document }) => document.contexts)),
  };
  return fromOperator(currentContext(merged));
}

function fromOperator(context: CurrentContext): ClusterAccess {
  const { 'insecure-skip-tls-verify': insecure, ...cluster } = inlined(context.cluster, CLUSTER_PATHS);
  const user = inlined(context.user, USER_PATHS);
  const source = tokenSource(user);
  // A dynamic token stands in for the static one while the fields are checked.
  const parts = accessParts({ cluster, user: source === null ? user : { ...user, token: 'dynamic' } });
  return new ClusterAccess({
    ...parts,
    token: source ?? parts.token,
    insecureSkipTlsVerify: insecure === true,
  });
}

function tokenSource(user: Fields): TokenSource | null {
  if (user['auth-provider']) throw new KubeconfigError('users[].user.auth-provider', 'is not supported; use exec');
  const file = stringIn(user, 'tokenFile', 'users[].user.tokenFile');
  if (file !== undefined) return fileToken(file);
  const { exec, token } = user;
  const wanted = typeof exec === 'object' && exec !== null && token === undefined;
  return wanted ? execToken(exec as Fields) : null;
}

const CLUSTER_PATHS = { 'certificate-authority': 'certificate-authority-data' };
const USER_PATHS = { 'client-certificate': 'client-certificate-data', 'client-key': 'client-key-data' };
const ALL_PATHS = [...Object.keys(CLUSTER_PATHS), ...Object.keys(USER_PATHS), 'tokenFile'];

/** The fields with the files' contents in place of their paths; content that is there already wins, as in kubectl. */
function inlined(fields: Fields, paths: Readonly<Record<string, string>>): Fields {
  const result: Record<string, unknown> = { ...fields };
  for (const [path, data] of Object.entries(paths)) {
    const file = stringIn(fields, path);
    if (file !== undefined) result[data] ??= Buffer.from(content(file, path)).toString('base64');
    delete result[path];
  }
  return result;
}

function absolute(entries: ReadonlyMap<string, Fields>, folder: string): ReadonlyMap<string, Fields> {
  const resolved = (fields: Fields): Fields => {
    const paths = ALL_PATHS.filter((name) => stringIn(fields, name) !== undefined);
    return { ...fields, ...Object.fromEntries(paths.map((name) => [name, resolve(folder, String(fields[name]))])) };
  };
  return new Map([...entries].map(([name, fields]) => [name, resolved(fields)]));
}

/** Later maps first: an earlier file's entry overwrites a later one's. */
function mergedEntries(maps: readonly ReadonlyMap<string, Fields>[]): ReadonlyMap<string, Fields> {
  return new Map([...maps].reverse().flatMap((map) => [...map]));
}

function content(file: string, field: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new KubeconfigError(field, 'cannot be read');
  }
}
