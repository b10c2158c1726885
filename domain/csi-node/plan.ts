import type { CSINodeDriver, CSINodeSpec } from 'kubernetes-types/storage/v1';
import { Annotation, Label, MANAGED_BY } from '../../api/names/keys';
import type { ObjectMeta } from '../../api/names/types';
import {
  copiedAnnotations,
  copiedLabels,
  decodeExpected,
  encodeExpected,
  mapPatch,
  mergeOwned,
  NOTHING_EXPECTED,
  type ExpectedMetadata,
  type StringMap,
} from '../metadata';
import { sameJson } from '../json/canonical-json';
import { isVnodeOf, physicalNodeOf, toLabelValue, vnodeName } from '../vnode';
import type { NodeObject } from '../vnode';

/** A CSINode of either cluster. */
export interface CsiNodeObject {
  readonly metadata: ObjectMeta;
  readonly spec: CSINodeSpec;
}

/** Everything that decides the CSINode of one vnode. */
export interface CsiNodeFacts {
  readonly binding: { readonly name: string; readonly clusterID: string };
  /** Name of the physical node. */
  readonly node: string;
  /** `null`: there is none, or it is being deleted. */
  readonly physical: CsiNodeObject | null;
  readonly vnode: NodeObject | null;
  /** The object of the vnode's name in the virtual cluster, whoever made it. */
  readonly live: CsiNodeObject | null;
}

/** A CSINode to POST. */
export interface NewCsiNode {
  readonly apiVersion: 'storage.k8s.io/v1';
  readonly kind: 'CSINode';
  readonly metadata: Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>;
  readonly spec: CSINodeSpec;
}

/** A JSON merge patch; the version makes the API server refuse it on a changed object. */
export interface CsiNodePatch {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: CSINodeSpec;
}

/** What to do about the CSINode of one vnode. `recreate`: what changed of it cannot be changed in place. */
export type CsiNodePlan =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly object: NewCsiNode }
  | { readonly action: 'patch'; readonly patch: CsiNodePatch }
  | { readonly action: 'remove' | 'recreate'; readonly uid: string };

const NONE: CsiNodePlan = { action: 'none' };

/**
 * The mirror of a physical CSINode beside its vnode (spec leasing.md section 9): made and kept while both exist, else
 * removed. An object of that name that is not this binding's is left alone, and so is everything while the vnode is not ours.
 */
export function planCsiNode(facts: CsiNodeFacts): CsiNodePlan {
  const { physical, vnode, live } = facts;
  if (live !== null && !isOurs(live, facts)) return NONE;
  if (vnode !== null && !standsFor(vnode, facts)) return NONE;
  if (physical === null || vnode === null) return live === null ? NONE : { action: 'remove', uid: live.metadata.uid };
  if (live === null) {
    // A vnode on its way out gets nothing new.
    return vnode.metadata.deletionTimestamp === undefined ? { action: 'create', object: newCsiNode(facts, physical) } : NONE;
  }
  return live.metadata.deletionTimestamp === undefined ? updated(facts, physical, live) : NONE;
}

function isOurs({ metadata }: CsiNodeObject, { binding }: CsiNodeFacts): boolean {
  return metadata.labels?.[Label.ManagedBy] === MANAGED_BY && metadata.labels[Label.ClusterBinding] === binding.name;
}

function standsFor(vnode: NodeObject, { binding, node }: CsiNodeFacts): boolean {
  const clusterId = vnode.metadata.labels?.[Label.PhysicalClusterId];
  return isVnodeOf(vnode, binding) && clusterId === binding.clusterID && physicalNodeOf(vnode) === node;
}

function newCsiNode(facts: CsiNodeFacts, physical: CsiNodeObject): NewCsiNode {
  const { binding, node } = facts;
  const metadata = merged(expected(facts, physical), NOTHING_EXPECTED, { labels: {}, annotations: {} });
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: vnodeName(binding.clusterID, node), ...metadata },
    spec: physical.spec,
  };
}

function updated(facts: CsiNodeFacts, physical: CsiNodeObject, live: CsiNodeObject): CsiNodePlan {
  const { uid, resourceVersion, labels = {}, annotations = {} } = live.metadata;
  if (hasReplacedDriver(live.spec, physical.spec)) return { action: 'recreate', uid };
  const { [Annotation.ExpectedMetadata]: written, ...others } = annotations;
  const wanted = merged(expected(facts, physical), decodeExpected(written), { labels, annotations: others });
  const labelPatch = mapPatch(labels, wanted.labels);
  const annotationPatch = mapPatch(annotations, wanted.annotations);
  const spec = sameJson(live.spec, physical.spec) ? {} : { spec: physical.spec };
  if (labelPatch === null && annotationPatch === null && spec.spec === undefined) return NONE;
  const metadata = {
    resourceVersion,
    ...(labelPatch === null ? {} : { labels: labelPatch }),
    ...(annotationPatch === null ? {} : { annotations: annotationPatch }),
  };
  return { action: 'patch', patch: { metadata, ...spec } };
}

/** An API server lets drivers come and go, but of one that stays it lets at most the volume limit change. */
function hasReplacedDriver(live: CSINodeSpec, physical: CSINodeSpec): boolean {
  const identity = ({ name, nodeID, topologyKeys = [] }: CSINodeDriver) => ({ name, nodeID, topologyKeys });
  return (live.drivers ?? []).some((driver) => {
    const now = (physical.drivers ?? []).find(({ name }) => name === driver.name);
    return now !== undefined && !sameJson(identity(driver), identity(now));
  });
}

function expected({ binding, node }: CsiNodeFacts, { metadata }: CsiNodeObject): ExpectedMetadata {
  return {
    labels: {
      ...copiedLabels(metadata.labels),
      [Label.ManagedBy]: MANAGED_BY,
      [Label.ClusterBinding]: binding.name,
      [Label.PhysicalClusterId]: binding.clusterID,
      [Label.PhysicalNodeName]: toLabelValue(node),
    },
    annotations: {
      ...copiedAnnotations(metadata.annotations),
      [Annotation.PhysicalNodeName]: node,
      [Annotation.PhysicalCsiNodeUid]: metadata.uid,
    },
    taints: [],
  };
}

interface Maps {
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

/** As on vnodes: what others added survives, what the physical object dropped goes. */
function merged(wanted: ExpectedMetadata, previous: ExpectedMetadata, live: Maps): Maps {
  const merge = (field: 'labels' | 'annotations') =>
    mergeOwned({ previous: previous[field], desired: wanted[field], live: live[field] });
  return {
    labels: merge('labels'),
    annotations: { ...merge('annotations'), [Annotation.ExpectedMetadata]: encodeExpected(wanted) },
  };
}
