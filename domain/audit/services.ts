import { Annotation } from '../../api/names/keys';
import { copyAction, holdersOf, sourceKey, sourceVersion, writtenFrom } from '../pods';
import type { Ownership, SourceMeta, WrittenMeta } from '../pods';
import { isMirrorable, mirrorKey, serviceOf } from '../services';
import type { MirroredKind, MirroredRef } from '../services';
import { finding, objectIn, pathOf } from './types';
import type { Finding } from './types';

/** A Service or EndpointSlice of either cluster, by metadata alone. */
export interface MirroredMeta {
  readonly kind: MirroredKind;
  readonly metadata: SourceMeta & { readonly namespace: string; readonly deletionTimestamp?: string } & WrittenMeta;
}

/** Both sides' Services as one look found them, for one binding. */
export interface ServiceAuditFacts {
  readonly ownership: Ownership;
  /** Whose Services are mirrored. */
  readonly namespaces: readonly string[];
  /** In these namespaces of the virtual cluster. */
  readonly sources: readonly MirroredMeta[];
  /** Of this virtual cluster in this physical one, for whichever bindings. */
  readonly mirrors: readonly MirroredMeta[];
  /** Every Service in these namespaces of the physical cluster. */
  readonly standing: readonly MirroredMeta[];
  readonly bindingExists: (name: string) => boolean;
}

/** Compares Services and their endpoints with their mirrors by the rule that the watch goes by. */
export function auditServices(facts: ServiceAuditFacts): Finding[] {
  const sources = new Map(facts.sources.map((one) => [sourceKey(refOf(one)), one]));
  const mirrors = new Map(facts.mirrors.flatMap((one) => (standsForSource(one) ? [[sourceKey(sourceOf(one)), one] as const] : [])));
  const refs = new Map([...sources.values()].map((one) => [sourceKey(refOf(one)), refOf(one)] as const));
  for (const mirror of mirrors.values()) refs.set(sourceKey(sourceOf(mirror)), sourceOf(mirror));
  return [...refs].flatMap(([key, ref]) => judge(ref, { facts, mirrors, source: sources.get(key) ?? null, mirror: mirrors.get(key) ?? null }));
}

interface Judging {
  readonly facts: ServiceAuditFacts;
  readonly mirrors: ReadonlyMap<string, MirroredMeta>;
  readonly source: MirroredMeta | null;
  readonly mirror: MirroredMeta | null;
}

function judge(ref: MirroredRef, judging: Judging): Finding[] {
  const { facts, source, mirror } = judging;
  const { binding } = facts.ownership;
  const holders = mirror === null ? [] : holdersOf(mirror).filter(facts.bindingExists);
  const version = mirror === null ? null : writtenFrom(ref.kind, mirror.metadata);
  const action = copyAction({
    used: isWanted(ref, judging),
    source: source === null ? null : sourceVersion(source.metadata),
    copy: mirror && { source: version ?? '', holders },
    binding,
    unusedSince: null,
    ...{ retention: 0, fresh: true, now: 0 },
  });
  if (action.kind === 'none') return [];
  if (mirror === null) return [missing(ref, facts)];
  const common = { binding, object: objectIn('physical', ref.kind, mirror) };
  const name = `${ref.kind} ${pathOf(ref)}`;
  if (action.kind !== 'ensure') {
    return [finding({ ...common, kind: 'Orphan', cause: `${name} is gone, or is not mirrored any more`, repair: holders.length === 0 ? 'remove' : 'compare' })];
  }
  const cause = version === null ? `somebody else has written to it since it was made from ${name}` : `it is not as ${name} is now`;
  return [finding({ ...common, kind: 'Drift', cause })];
}

/** Endpoints only beside a mirror of their Service that is ours. */
function isWanted({ kind, namespace }: MirroredRef, { facts, mirrors, source, mirror }: Judging): boolean {
  if (!facts.namespaces.includes(namespace) || (source !== null && !isMirrorable(kind, source))) return false;
  const service = serviceOf(source ?? mirror ?? {});
  return kind === 'Service' || (service !== null && mirrors.has(sourceKey({ kind: 'Service', namespace, name: service })));
}

function missing(ref: MirroredRef, { ownership: { binding }, standing }: ServiceAuditFacts): Finding {
  const { kind } = ref;
  const place = mirrorKey(ref);
  const holder = standing.find((one) => one.kind === kind && pathOf(one.metadata) === pathOf(place));
  if (holder !== undefined) {
    const advice = 'Rename or remove this Service, which is not ours; that of the virtual cluster is mirrored then.';
    return finding({ kind: 'NameTaken', binding, object: objectIn('physical', kind, holder), cause: `Service ${pathOf(ref)} needs its name`, advice });
  }
  const cause = `${kind} ${pathOf(ref)} has no mirror; an event ServiceNotMirrored of the ClusterBinding may say why`;
  return finding({ kind: 'Missing', binding, object: { cluster: 'physical', kind, ...place }, cause });
}

function refOf({ kind, metadata: { namespace, name } }: MirroredMeta): MirroredRef {
  return { kind, namespace, name };
}

function standsForSource({ metadata }: MirroredMeta): boolean {
  return metadata.deletionTimestamp === undefined && metadata.annotations?.[Annotation.VirtualName] !== undefined;
}

function sourceOf({ kind, metadata: { annotations = {} } }: MirroredMeta): MirroredRef {
  return { kind, namespace: annotations[Annotation.VirtualNamespace] ?? '', name: annotations[Annotation.VirtualName] ?? '' };
}
