import { isDeepStrictEqual } from 'node:util';
import { isKubeError, keyOf, KubeErrorCode, type KubeClient, type KubeObject, type ObjectKey } from '../../kube';
import { typeOf, type Manifest } from './manifests';

/** Field manager of everything that `install` writes. */
export const INSTALL_FIELD_MANAGER = 'kubeocean-install';

/** What applying an object came to; in a dry run, what it would. */
export type ApplyResult = 'created' | 'changed' | 'unchanged';

/** What became of one object. */
export interface Applied {
  readonly result: ApplyResult;
  readonly kind: string;
  /** `namespace/name`, or `name`. */
  readonly key: string;
  /** True in a dry run for an object whose namespace does not exist yet: the API server could not look at it. */
  readonly unchecked: boolean;
}

/**
 * Server-side apply of one object; fields that others set beside ours stay.
 *
 * @throws KubeError
 */
export async function applyManifest(
  client: KubeClient,
  manifest: Manifest,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Applied> {
  const type = typeOf(manifest);
  const key: ObjectKey = { namespace: manifest.metadata.namespace, name: manifest.metadata.name };
  const facts = { kind: manifest.kind, key: keyOf(key), unchecked: false };
  const before = await client.get(type, key);
  try {
    const options = { fieldManager: INSTALL_FIELD_MANAGER, force: true, dryRun };
    const after = await client.patch(type, key, { kind: 'apply', body: manifest }, options);
    if (before === null) return { ...facts, result: 'created' };
    return { ...facts, result: isDeepStrictEqual(content(before), content(after)) ? 'unchanged' : 'changed' };
  } catch (error) {
    const namespaceMissing = before === null && key.namespace !== undefined && isKubeError(error, KubeErrorCode.NotFound);
    if (dryRun && namespaceMissing) return { ...facts, result: 'created', unchecked: true };
    throw error;
  }
}

/** Written by the API server and by controllers; a dry run has no new resource version to compare. */
const SERVER_FIELDS: ReadonlySet<string> = new Set(['managedFields', 'resourceVersion', 'generation']);

/** What users say in an object: neither its status nor {@link SERVER_FIELDS}. */
function content(object: KubeObject): unknown {
  const said = omit(object, new Set(['status']));
  return { ...said, metadata: omit(object.metadata ?? {}, SERVER_FIELDS) };
}

function omit(object: object, keys: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}
