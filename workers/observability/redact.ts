import { errorFacts, isErrorLike } from './error-facts';

const CENSORED = '[redacted]';
const DEEPEST = 6;

/** Keys whose values never reach a log: credentials, contents of Secrets and ConfigMaps, pod specs. In lower case without `-` and `_`. */
const CENSORED_KEYS: ReadonlySet<string> = new Set([
  ...['kubeconfig', 'token', 'idtoken', 'accesstoken', 'refreshtoken', 'bearertoken', 'authorization', 'password'],
  ...['clientkey', 'clientkeydata', 'privatekey', 'cookie', 'secret', 'apikey'],
  ...['data', 'stringdata', 'binarydata', 'spec', 'podspec', 'containers', 'initcontainers', 'env'],
]);

/** A copy fit for a log: censored keys at any depth, errors reduced to their safe facts. Only plain data survives. */
export function redacted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(entries(value, DEEPEST));
}

function entries(value: object, depth: number): [string, unknown][] {
  return Object.entries(value).map(([key, item]) => [key, isCensored(key, item) ? CENSORED : safe(item, depth)]);
}

/** A bare count or flag under such a key says nothing secret. */
function isCensored(key: string, value: unknown): boolean {
  const reveals = typeof value === 'string' || (typeof value === 'object' && value !== null);
  return reveals && CENSORED_KEYS.has(key.toLowerCase().replace(/[-_]/g, ''));
}

function safe(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isErrorLike(value)) return errorFacts(value);
  if (depth === 0 || ArrayBuffer.isView(value)) return CENSORED;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => safe(item, depth - 1));
  // Whoever says how he is to be shown, as ClusterAccess does, is taken at his word.
  const { toJSON } = value as { toJSON?: unknown };
  const shown: unknown = typeof toJSON === 'function' ? toJSON.call(value) : value;
  return typeof shown === 'object' && shown !== null ? Object.fromEntries(entries(shown, depth - 1)) : shown;
}
