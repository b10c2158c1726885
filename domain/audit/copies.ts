import { Annotation, Label } from '../../api/names/keys';
import { copyAction, copyName, copyNames, copyNeeds, holdersOf, ignoredBecause, isTerminal, namesVirtualPod, physicalName, sourceKey, sourceVersion, writtenFrom } from '../pods';
import type { CopyKind, SourceRef, WrittenMeta } from '../pods';
import type { PodAuditFacts, PodRefusals } from './pods';
import { unusableBecause, withNeeded } from './sources';
import { finding, objectIn, pathOf } from './types';
import type { Finding } from './types';

/** Metadata of a copy in the physical cluster. */
export interface CopyMeta {
  readonly kind: CopyKind;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  } & WrittenMeta;
}

/** Both sides' copied objects as one look found them, for one binding. */
export interface CopyAuditFacts extends Omit<PodAuditFacts, 'now' | keyof PodRefusals> {
  readonly mountNamespace: string;
  /** Of this virtual cluster in this physical one, whichever bindings use them; without token Secrets. */
  readonly copies: readonly CopyMeta[];
  readonly bindingExists: (name: string) => boolean;
}

/**
 * Compares the copies of ConfigMaps, Secrets, claims and volumes with their sources and with the pods that use them, by the rule
 * that the watch goes by. One that no pod uses any more is no finding: how long ago the last one ended stands nowhere.
 */
export function auditCopies(facts: CopyAuditFacts): Finding[] {
  const { used, running } = usageOf(facts);
  const listed = new Map<string, CopyMeta>();
  const found: Finding[] = [];
  for (const copy of facts.copies) {
    if (copy.metadata.deletionTimestamp !== undefined) continue;
    const ref = sourceOf(copy);
    if (ref !== null) listed.set(sourceKey(ref), copy);
    found.push(...auditCopy(copy, ref, { facts, used }));
  }
  const missing = [...running].filter(([key, ref]) => !listed.has(key) && unusableBecause(ref, facts.sources) === null);
  return [...found, ...missing.map(([, ref]) => missingCopy(ref, facts))];
}

interface Usage {
  /** Keys of what live pods of this binding need. */
  readonly used: ReadonlySet<string>;
  /** What those of them need that have a copy: the first copies are made when a pod is placed. */
  readonly running: ReadonlyMap<string, SourceRef>;
}

function usageOf({ virtualPods, mountPods, vnodeState, sources, runningDaemonsetByDefault }: CopyAuditFacts): Usage {
  const [used, running] = [new Set<string>(), new Map<string, SourceRef>()];
  const physical = new Map(mountPods.map((pod) => [pod.metadata.name, pod]));
  for (const pod of virtualPods) {
    if (isTerminal(pod) || ignoredBecause(pod, { runningDaemonsetByDefault }) !== null) continue;
    if (vnodeState(pod.spec.nodeName ?? '') === 'foreign') continue;
    const copy = physical.get(physicalName(pod.metadata.name, pod.metadata.namespace));
    const runs = copy !== undefined && namesVirtualPod(copy, pod) && pod.metadata.deletionTimestamp === undefined;
    for (const ref of copyNeeds(pod).flatMap((need) => withNeeded(need, sources))) {
      used.add(sourceKey(ref));
      if (runs) running.set(sourceKey(ref), { kind: ref.kind, namespace: ref.namespace, name: ref.name });
    }
  }
  return { used, running };
}

function sourceOf({ kind, metadata }: CopyMeta): SourceRef | null {
  const { [Annotation.VirtualNamespace]: namespace = '', [Annotation.VirtualName]: name } = metadata.annotations ?? {};
  return name === undefined ? null : { kind, namespace, name };
}

function auditCopy(copy: CopyMeta, ref: SourceRef | null, { facts, used }: { facts: CopyAuditFacts; used: Usage['used'] }): Finding[] {
  const { binding } = facts.ownership;
  const holders = holdersOf(copy).filter(facts.bindingExists);
  const isUsed = ref !== null && used.has(sourceKey(ref));
  const common = { binding, object: objectIn('physical', copy.kind, copy) };
  const gone = (cause: string) => [finding({ ...common, kind: 'Orphan', cause, repair: 'remove' })];
  if (ref === null || !copyNames(ref, facts.ownership.virtualCluster).includes(copy.metadata.name)) {
    return copy.metadata.labels?.[Label.ClusterBinding] === binding ? gone('no virtual object is found by its annotations and its name') : [];
  }
  if (holders.length === 0) return gone('no ClusterBinding that exists uses it');
  return judged(ref, { copy, holders, isUsed, facts, common });
}

interface Judging {
  readonly copy: CopyMeta;
  readonly holders: readonly string[];
  readonly isUsed: boolean;
  readonly facts: CopyAuditFacts;
  readonly common: Pick<Finding, 'binding' | 'object'>;
}

function judged(ref: SourceRef, { copy, holders, isUsed, facts, common }: Judging): Finding[] {
  const source = facts.sources.get(sourceKey(ref));
  const version = writtenFrom(copy.kind, copy.metadata);
  const action = copyAction({
    used: isUsed,
    source: source === undefined ? null : sourceVersion(source.metadata),
    copy: { source: version ?? '', holders },
    binding: facts.ownership.binding,
    unusedSince: null,
    ...{ retention: Infinity, fresh: true, now: 0 },
  });
  if (action.kind === 'confirmGone') return [finding({ ...common, kind: 'Orphan', cause: `its source ${ref.kind} ${pathOf(ref)} is gone` })];
  if (action.kind !== 'ensure' || unusableBecause(ref, facts.sources) !== null) return [];
  const cause = version === null ? `somebody else has written to it since it was copied from ${ref.kind} ${pathOf(ref)}` : `it was not written from ${ref.kind} ${pathOf(ref)} as that is now`;
  return [finding({ ...common, kind: 'Drift', cause })];
}

function missingCopy(ref: SourceRef, { ownership, mountNamespace }: CopyAuditFacts): Finding {
  const name = copyName(ref, ownership.virtualCluster);
  const namespace = ref.kind === 'PersistentVolume' ? {} : { namespace: mountNamespace };
  const object = { cluster: 'physical', kind: ref.kind, ...namespace, name } as const;
  return finding({ kind: 'Missing', binding: ownership.binding, object, cause: `running pods use ${ref.kind} ${pathOf(ref)}, and it has no copy` });
}
