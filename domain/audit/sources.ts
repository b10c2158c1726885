import type { ClaimSource, CopyNeed, PodObject, SourceMeta, SourceRef, VolumeSource } from '../pods';
import { copyNeeds, sourceKey, unboundBecause, volumeSecrets } from '../pods';

/** An object of the virtual cluster that pods may need: ConfigMaps and Secrets by metadata alone. */
export interface Source {
  readonly metadata: SourceMeta & { readonly deletionTimestamp?: string };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** By {@link sourceKey}. */
export type Sources = ReadonlyMap<string, Source>;

/** An object and everything that has to be there before it: for a bound claim its volume, and first the Secrets of that. */
export function withNeeded(ref: SourceRef, sources: Sources): SourceRef[] {
  const source = sources.get(sourceKey(ref));
  if (ref.kind !== 'PersistentVolumeClaim' || source === undefined) return [ref];
  const { spec, status } = source as unknown as ClaimSource;
  if (status?.phase !== 'Bound' || !spec.volumeName) return [ref];
  const volume: SourceRef = { kind: 'PersistentVolume', namespace: '', name: spec.volumeName };
  const found = sources.get(sourceKey(volume)) as unknown as VolumeSource | undefined;
  const secrets = found?.spec === undefined ? [] : volumeSecrets(found.spec);
  return [...secrets.map((secret): SourceRef => ({ kind: 'Secret', ...secret })), volume, ref];
}

/** Why an object cannot be copied; null: it can. */
export function unusableBecause(ref: SourceRef, sources: Sources): string | null {
  const source = sources.get(sourceKey(ref));
  if (source === undefined) return `${ref.kind} ${ref.name} not found`;
  if (ref.kind !== 'PersistentVolumeClaim') return null;
  if (source.metadata.deletionTimestamp !== undefined) return `PersistentVolumeClaim ${ref.name} is being deleted`;
  return unboundBecause(source as unknown as ClaimSource);
}

/** For what of its own cluster a pod waits; null: everything that it requires is there. */
export function waitsFor(vPod: PodObject, sources: Sources): string | null {
  const required = copyNeeds(vPod).filter(({ optional }) => !optional);
  const missing = required.flatMap((need: CopyNeed) => withNeeded(need, sources).flatMap((ref) => unusableBecause(ref, sources) ?? []));
  return missing.length === 0 ? null : [...new Set(missing)].join('; ');
}
