import type { ServiceSpec } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { md5Hex } from '../../hash';

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
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly ManagedFields[];
}

/** What of each kind follows the source; of claims nothing does once they are bound. */
const CONTENT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ConfigMap: [['data'], ['binaryData'], ['immutable']],
  Secret: [['data'], ['type'], ['immutable']],
  PersistentVolume: ['capacity', 'accessModes', 'mountOptions', 'persistentVolumeReclaimPolicy'].map((field) => ['spec', field]),
  Service: ['ports', 'sessionAffinity', 'sessionAffinityConfig', 'publishNotReadyAddresses', 'externalName'].map((field) => ['spec', field]),
  EndpointSlice: [['endpoints'], ['ports']],
};
const KEYED = ['data', 'binaryData'] as const;
const UNREADY = 'f:publishNotReadyAddresses';

/**
 * Version of the source that a copy or mirror holds, by its metadata alone; null: nobody knows, because somebody else has written to
 * its content since. Makes an edit by hand as visible as a change of the source, also one that nobody watched.
 */
export function writtenFrom(kind: string, metadata: WrittenMeta | undefined): string | null {
  const version = metadata?.annotations?.[Annotation.SourceVersion];
  return version === undefined || isForeign(kind, metadata ?? {}) ? null : version;
}

interface Content {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly binaryData?: Readonly<Record<string, unknown>>;
}

/** Names the keys of what a ConfigMap or Secret holds: one that somebody takes away leaves no other trace. */
export function contentKeys(content: Content): string {
  return fingerprint([treeOf(content)]);
}

/** The same of what a Service may lack: its ports, and a setting that stands there or does not. */
export function serviceKeys({ ports = [], publishNotReadyAddresses = false }: Pick<ServiceSpec, 'ports' | 'publishNotReadyAddresses'>): string {
  const keyed = ports.map(({ port, protocol = 'TCP' }) => [`k:${JSON.stringify({ port, protocol })}`, {}]);
  return fingerprint([{ 'f:spec': { 'f:ports': Object.fromEntries(keyed), ...(publishNotReadyAddresses && { [UNREADY]: {} }) } }]);
}

/** Whether somebody else has written to the content of a copy. An object on whose fields nobody's name stands is taken as ours. */
export function isForeign(kind: string, { annotations, managedFields = [] }: WrittenMeta): boolean {
  if (managedFields.some((one) => one.manager !== COPY_MANAGER && holdsContent(kind, one))) return true;
  const recorded = annotations?.[Annotation.ContentKeys];
  return recorded !== undefined && managedFields.length > 0 && recorded !== fingerprint(managedFields.map(fieldsOf));
}

/** The `managedFields` of a copy by which all that it holds is ours. */
export function reclaimed(kind: string, content: Content, { managedFields = [] }: WrittenMeta): ManagedFields[] {
  const joined = managedFields.filter((one) => one.manager === COPY_MANAGER || holdsContent(kind, one));
  const fieldsV1 = [treeOf(content), ...joined.map(fieldsOf)].reduce(union, {});
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
  const has = (path: readonly string[]) => path.reduce<Tree | undefined>((found, field) => found?.[`f:${field}`], fieldsOf(entry)) !== undefined;
  return (CONTENT[kind] ?? []).some(has);
}

function treeOf(content: Content): Tree {
  const filled = KEYED.flatMap((field) => (content[field] === undefined ? [] : [[field, Object.keys(content[field])] as const]));
  return Object.fromEntries(filled.map(([field, keys]) => [`f:${field}`, Object.fromEntries(['.', ...keys.map((key) => `f:${key}`)].map((key) => [key, {}]))]));
}

function union(a: Tree, b: Tree): Tree {
  const shared = Object.entries(b).map(([field, tree]) => [field, union(a[field] ?? {}, tree)] as const);
  return { ...a, ...Object.fromEntries(shared) };
}

function fingerprint(trees: readonly Tree[]): string {
  const keys = trees.flatMap((tree) => [...KEYED.flatMap((field) => namesIn(tree[`f:${field}`], field)), ...namesInSpec(tree['f:spec'])]);
  return md5Hex([...new Set(keys)].sort().join('\n'));
}

function namesInSpec(spec: Tree = {}): string[] {
  return [...namesIn(spec['f:ports'], 'ports'), ...(UNREADY in spec ? [UNREADY] : [])];
}

function namesIn(tree: Tree = {}, field: string): string[] {
  return Object.keys(tree).filter((key) => key !== '.').map((key) => `${field} ${key}`);
}
