import { Annotation } from '../../../api/names/keys';
import { md5Hex } from '../../hash';
import { decodeExpected, type StringMap } from '../../metadata';

/**
 * Name under which API servers note in `metadata.managedFields` what we write to a copy
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
 */
export const COPY_MANAGER = 'kubeocean';

/** Who wrote what, in the words of the API. */
export interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: object;
}

/** The part of an object's metadata that tells it. */
export interface WrittenMeta {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFields[];
}

/** What of a Service's `spec` a mirror takes over and an API server changes in place. */
export const SERVICE_FIELDS: readonly string[] = [
  ...['ports', 'selector', 'sessionAffinity', 'sessionAffinityConfig', 'publishNotReadyAddresses', 'externalName', 'externalIPs'],
];
/** What of an EndpointSlice a mirror takes over and an API server changes in place. */
export const SLICE_FIELDS: readonly string[] = ['endpoints', 'ports'];

/** What of each kind follows the source; of claims nothing does once they are bound. */
const CONTENT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ConfigMap: [['data'], ['binaryData'], ['immutable']],
  Secret: [['data'], ['type'], ['immutable']],
  PersistentVolume: ['capacity', 'accessModes', 'mountOptions', 'persistentVolumeReclaimPolicy'].map((field) => ['spec', field]),
  Service: ['type', ...SERVICE_FIELDS].map((field) => ['spec', field]),
  EndpointSlice: SLICE_FIELDS.map((field) => [field]),
};
/** What somebody may take away without his name standing anywhere. Everything else an API server insists on, or fills in again. */
const TRACELESS: readonly string[] = [
  ...['data', 'binaryData', 'spec.mountOptions', 'spec.publishNotReadyAddresses'],
  ...['port', 'name', 'appProtocol'].map((field) => `spec.ports.${field}`),
];

/**
 * Version of the source that a copy or mirror holds, by its metadata alone; null: nobody knows, because somebody else has written to
 * its content, or to labels and annotations of the source, since. Makes an edit by hand as visible as a change of the source, also one
 * that nobody watched.
 */
export function writtenFrom(kind: string, metadata: WrittenMeta = {}): string | null {
  const version = metadata.annotations?.[Annotation.SourceVersion];
  return version === undefined || isForeign(kind, metadata) || lacksMetadata(metadata) ? null : version;
}

/** By the record of what the source has given. */
function lacksMetadata({ labels = {}, annotations = {} }: WrittenMeta): boolean {
  const given = decodeExpected(annotations[Annotation.ExpectedMetadata]);
  const lacks = (wanted: StringMap, found: StringMap) => Object.entries(wanted).some(([key, value]) => found[key] !== value);
  return lacks(given.labels, labels) || lacks(given.annotations, annotations);
}

type Content = Readonly<Record<string, unknown>>;

/** Names the fields and keys of a copy or mirror that somebody may take away: nothing else would tell. */
export function contentKeys(kind: string, content: object): string {
  return fingerprint(kind, [treeOf(kind, content as Content)]);
}

/** Whether somebody else has written to the content of a copy. An object on whose fields nobody's name stands is taken as ours. */
export function isForeign(kind: string, { annotations, managedFields = [] }: WrittenMeta): boolean {
  if (managedFields.some((one) => one.manager !== COPY_MANAGER && holdsContent(kind, one))) return true;
  const recorded = annotations?.[Annotation.ContentKeys];
  return recorded !== undefined && managedFields.length > 0 && recorded !== fingerprint(kind, managedFields.map(fieldsOf));
}

/** The `managedFields` of a copy by which all that it holds is ours. */
export function reclaimed(kind: string, content: Content, { managedFields = [] }: WrittenMeta): ManagedFields[] {
  const joined = managedFields.filter((one) => one.manager === COPY_MANAGER || holdsContent(kind, one));
  const fieldsV1 = [treeOf(kind, content), ...joined.map(fieldsOf)].reduce(union, {});
  const ours = { apiVersion: 'v1', fieldsType: 'FieldsV1', ...joined[0], operation: 'Update', manager: COPY_MANAGER, fieldsV1 };
  return [...managedFields.filter((one) => !joined.includes(one)), ours];
}

/** `{"f:data": {".": {}, "f:key": {}}}` */
interface Tree {
  readonly [field: string]: Tree;
}

function fieldsOf({ fieldsV1 = {} }: ManagedFields): Tree {
  return fieldsV1 as Tree;
}

function holdsContent(kind: string, entry: ManagedFields): boolean {
  return (CONTENT[kind] ?? []).some((path) => partAt(path, fieldsOf(entry)) !== undefined);
}

function partAt(path: readonly string[], tree: Tree): Tree | undefined {
  return path.reduce<Tree | undefined>((found, field) => found?.[`f:${field}`], tree);
}

/** What an API server notes of an object that has this content. */
function treeOf(kind: string, content: Content): Tree {
  const parts = (CONTENT[kind] ?? []).map((path) => {
    const value = path.reduce<unknown>((found, field) => (isRecord(found) ? found[field] : undefined), content);
    return isAbsent(value) ? {} : path.reduceRight<Tree>((tree, field) => ({ [`f:${field}`]: tree }), shapeOf(kind, value));
  });
  return parts.reduce(union, {});
}

/** Lists are one field each, but for the ports of a Service. */
function shapeOf(kind: string, value: unknown): Tree {
  if (Array.isArray(value)) return kind === 'Service' && value.every(isRecord) ? treeWith(value.map((port) => [portKey(port), shapeOf(kind, port)])) : {};
  if (!isRecord(value)) return {};
  return treeWith(Object.entries(value).flatMap(([field, inner]) => (inner === undefined ? [] : [[`f:${field}`, shapeOf(kind, inner)]])));
}

function treeWith(entries: readonly (readonly [string, Tree])[]): Tree {
  return Object.fromEntries([['.', {}], ...entries]) as Tree;
}

function portKey({ port, protocol = 'TCP' }: Content): string {
  return `k:${JSON.stringify({ port, protocol })}`;
}

function isRecord(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** API servers leave these out. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

function union(a: Tree, b: Tree): Tree {
  const shared = Object.entries(b).map(([field, tree]) => [field, union(a[field] ?? {}, tree)] as const);
  return { ...a, ...Object.fromEntries(shared) };
}

function fingerprint(kind: string, trees: readonly Tree[]): string {
  const names = trees.flatMap((tree) => (CONTENT[kind] ?? []).flatMap((path) => leavesOf(partAt(path, tree), path)));
  return md5Hex([...new Set(names)].sort().join('\n'));
}

function leavesOf(tree: Tree | undefined, path: readonly string[]): string[] {
  if (tree === undefined) return [];
  const inner = Object.entries(tree);
  if (inner.length === 0) return isTraceless(path) ? [path.join(' ')] : [];
  return inner.flatMap(([field, one]) => (field === '.' ? [] : leavesOf(one, [...path, field])));
}

function isTraceless(path: readonly string[]): boolean {
  const fields = path.filter((field) => !field.startsWith('k:')).map((field) => field.replace(/^f:/, ''));
  return TRACELESS.some((one) => `${fields.join('.')}.`.startsWith(`${one}.`));
}
