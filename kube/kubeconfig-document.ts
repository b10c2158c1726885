import { parse } from 'yaml';

/** A kubeconfig that cannot be used; `field` names where, the message says why. Neither repeats a value. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';

  constructor(
    /** For example `users[].user.exec`. */
    readonly field: string,
    problem: string,
  ) {
    super(`kubeconfig: ${field} ${problem}`);
  }
}

/** Fields of a cluster or of a user, as written. */
export type Fields = Readonly<Record<string, unknown>>;

/** Cluster and user of the current context. */
export interface CurrentContext {
  readonly cluster: Fields;
  readonly user: Fields;
}

/** The lists of a kubeconfig, entries keyed by name; of two entries with one name the first counts, as in kubectl. */
export interface KubeconfigDocument {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
  readonly contexts: ReadonlyMap<string, Fields>;
}

/** Reads the structure, without looking at what the entries say. @throws KubeconfigError */
export function parseDocument(text: string): KubeconfigDocument {
  const root = parseYaml(text);
  return {
    currentContext: stringIn(root, 'current-context') ?? '',
    clusters: entries(root, 'clusters', 'cluster'),
    users: entries(root, 'users', 'user'),
    contexts: entries(root, 'contexts', 'context'),
  };
}

/** Follows `current-context` to its cluster and its user. @throws KubeconfigError */
export function currentContext(document: KubeconfigDocument): CurrentContext {
  if (document.currentContext === '') throw new KubeconfigError('current-context', 'is missing');
  const context = document.contexts.get(document.currentContext);
  if (context === undefined) throw new KubeconfigError('current-context', 'names no context');
  return {
    cluster: referred(document.clusters, context, 'cluster'),
    user: referred(document.users, context, 'user'),
  };
}

/** A string field; empty counts as absent. @throws KubeconfigError when it is something else than a string. */
export function stringIn(fields: Fields, name: string, path: string = name): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new KubeconfigError(path, 'is not a string');
  return value;
}

function parseYaml(text: string): Fields {
  let root: unknown;
  try {
    root = parse(text, { logLevel: 'error' });
  } catch {
    // The parser's message quotes the line, and the line may be a token.
    throw new KubeconfigError('document', 'is not valid YAML');
  }
  if (!isFields(root)) throw new KubeconfigError('document', 'is not a mapping');
  return root;
}

function entries(root: Fields, list: string, inner: string): ReadonlyMap<string, Fields> {
  const found = new Map<string, Fields>();
  const value = root[list] ?? [];
  if (!Array.isArray(value)) throw new KubeconfigError(list, 'is not a list');
  for (const entry of value as readonly unknown[]) {
    const name = isFields(entry) ? stringIn(entry, 'name', `${list}[].name`) : undefined;
    if (!isFields(entry) || name === undefined) throw new KubeconfigError(`${list}[].name`, 'is missing');
    const fields = entry[inner] ?? {};
    if (!isFields(fields)) throw new KubeconfigError(`${list}[].${inner}`, 'is not a mapping');
    if (!found.has(name)) found.set(name, fields);
  }
  return found;
}

function referred(from: ReadonlyMap<string, Fields>, context: Fields, what: 'cluster' | 'user'): Fields {
  const field = `contexts[].context.${what}`;
  const name = stringIn(context, what, field);
  if (name === undefined) throw new KubeconfigError(field, 'is missing');
  const found = from.get(name);
  if (found === undefined) throw new KubeconfigError(field, `names no ${what}`);
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
