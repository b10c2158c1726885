import type { Taint } from 'kubernetes-types/core/v1';
import { Annotation, Finalizer, Label, MANAGED_BY } from '../../api/names/keys';
import { Reason } from '../conditions';
import {
  decodeExpected,
  encodeExpected,
  type ExpectedMetadata,
  mapPatch,
  mergeOwned,
  mergeOwnedList,
  NOTHING_EXPECTED,
} from '../metadata';
import type { ResourceList } from '../quantity';
import { desiredAnnotations, desiredLabels, type MetadataFacts } from './desired-metadata';
import { desiredTaints, isOwnTaint, sameTaints, type TaintFacts } from './desired-taints';
import { vnodeName } from './naming';
import { desiredStatus } from './status';
import type { NodeObject, VnodeBinding } from './types';

/** Everything that decides a vnode's metadata and taints, and its first status. */
export interface VnodeFacts extends MetadataFacts, TaintFacts {
  /** What it offers at creation; later the mirror keeps it. */
  readonly capacity: ResourceList;
}

/** A JSON merge patch of a Node's main resource; the version makes the API server refuse it on a changed object. */
export interface VnodePatch {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: { readonly taints?: readonly Taint[]; readonly unschedulable?: boolean };
}

/** A vnode to POST. */
export interface NewVnode extends Omit<NodeObject, 'metadata'> {
  readonly apiVersion: 'v1';
  readonly kind: 'Node';
  readonly metadata: Omit<NodeObject['metadata'], 'uid'>;
}

/** What to write so that a vnode is as it should be. */
export type VnodePlan =
  | { readonly action: 'create'; readonly node: NewVnode }
  | { readonly action: 'patch'; readonly patch: VnodePatch }
  | { readonly action: 'unchanged' }
  | { readonly action: 'refuse'; readonly reason: typeof Reason.NotOwned; readonly message: string };

/**
 * The write that brings a lent node's vnode to what it should be (spec leasing.md 7.6 to 7.9): a POST with status, a
 * minimal patch, or nothing. What others added to labels, annotations and taints survives. A node of that name that is
 * not this binding's is never touched. The status of an existing vnode is the mirror's, see `planVnodeStatus`.
 */
export function planVnode(facts: VnodeFacts): VnodePlan {
  const { live, binding } = facts;
  if (live === null) {
    return { action: 'create', node: newVnode(facts) };
  }
  if (!isVnodeOf(live, binding)) {
    const message = `Node ${live.metadata.name} exists and is not a virtual node of ClusterBinding ${binding.name}.`;
    return { action: 'refuse', reason: Reason.NotOwned, message };
  }
  return patchOrNothing(live, mergedVnode(facts, live));
}

/** Whether a Node is a vnode of this binding. */
export function isVnodeOf(node: Pick<NodeObject, 'metadata'>, binding: Pick<VnodeBinding, 'name'>): boolean {
  const labels = node.metadata.labels ?? {};
  return labels[Label.ManagedBy] === MANAGED_BY && labels[Label.ClusterBinding] === binding.name;
}

/** A vnode's metadata and taints, complete. */
interface VnodeContent {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly taints: readonly Taint[];
  readonly finalizers: readonly string[];
}

function newVnode(facts: VnodeFacts): NewVnode {
  const { taints, ...metadata } = merge(facts, NOTHING_EXPECTED, {
    labels: {},
    annotations: {},
    taints: [],
    finalizers: [],
  });
  const name = vnodeName(facts.binding.clusterID, facts.physical.metadata.name);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, ...metadata },
    spec: { taints: [...taints] },
    status: desiredStatus({ ...facts, live: null }),
  };
}

/** Annotations of ours that are not merged: made anew, or signs of a reclaim or teardown that is over. */
const REWRITTEN_ANNOTATIONS: readonly string[] = [
  Annotation.ExpectedMetadata,
  Annotation.DeletionTaintTime,
  Annotation.Reclaim,
  Annotation.LeaseOverride,
];

function mergedVnode(facts: VnodeFacts, live: NodeObject): VnodeContent {
  const content = contentOf(live);
  const previous = decodeExpected(content.annotations[Annotation.ExpectedMetadata]);
  const kept = Object.entries(content.annotations).filter(([key]) => !REWRITTEN_ANNOTATIONS.includes(key));
  // Also those that were put there apart from a plan: while the cluster was away, or at the start of a teardown.
  const taints = content.taints.filter(({ key }) => !isOwnTaint(key));
  return merge(facts, previous, { ...content, annotations: Object.fromEntries(kept), taints });
}

function merge(facts: VnodeFacts, previous: ExpectedMetadata, live: VnodeContent): VnodeContent {
  const wanted: ExpectedMetadata = {
    labels: desiredLabels(facts),
    annotations: desiredAnnotations(facts),
    taints: desiredTaints(facts),
  };
  const annotations = mergeOwned({
    previous: previous.annotations,
    desired: wanted.annotations,
    live: live.annotations,
  });
  return {
    labels: mergeOwned({ previous: previous.labels, desired: wanted.labels, live: live.labels }),
    annotations: { ...annotations, [Annotation.ExpectedMetadata]: encodeExpected(wanted) },
    taints: mergeOwnedList({ previous: previous.taints, desired: wanted.taints, live: live.taints }, ({ key }) => key),
    finalizers: live.finalizers.includes(Finalizer.Vnode) ? live.finalizers : [...live.finalizers, Finalizer.Vnode],
  };
}

function contentOf({ metadata, spec }: NodeObject): VnodeContent {
  return {
    labels: { ...metadata.labels },
    annotations: { ...metadata.annotations },
    taints: spec?.taints ?? [],
    finalizers: metadata.finalizers ?? [],
  };
}

function patchOrNothing(live: NodeObject, wanted: VnodeContent): VnodePlan {
  const existing = contentOf(live);
  const labels = mapPatch(existing.labels, wanted.labels);
  const annotations = mapPatch(existing.annotations, wanted.annotations);
  const metadata = {
    ...(labels === null ? {} : { labels }),
    ...(annotations === null ? {} : { annotations }),
    ...(existing.finalizers.length === wanted.finalizers.length ? {} : { finalizers: wanted.finalizers }),
  };
  const spec = sameTaints(existing.taints, wanted.taints) ? {} : { spec: { taints: wanted.taints } };
  if (Object.keys(metadata).length + Object.keys(spec).length === 0) {
    return { action: 'unchanged' };
  }
  return {
    action: 'patch',
    patch: { metadata: { resourceVersion: live.metadata.resourceVersion, ...metadata }, ...spec },
  };
}
