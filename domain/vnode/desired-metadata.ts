import { Annotation, Label, MANAGED_BY, VIRTUAL_KUBELET, VNODE_INSTANCE_TYPE } from '../../api/names/keys';
import type { ResourceLeasingPolicy, ResourceLimit } from '../../api/names/types';
import { toRfc3339 } from '../conditions';
import { copiedAnnotations, copiedLabels } from '../metadata';
import { encodeNote, encodeTerms, type ReclaimNote, termsOf } from '../reclaim';
import { encodeOverride, type LeaseOverride } from '../override';
import type { WindowState } from '../windows';
import { toLabelValue, vnodeName } from './naming';
import type { NodeObject, VnodeBinding, VnodeEndpoint } from './types';

/** What decides the labels and annotations of a vnode. */
export interface MetadataFacts {
  readonly binding: VnodeBinding;
  readonly physical: NodeObject;
  readonly policy: ResourceLeasingPolicy;
  readonly window: WindowState;
  readonly endpoint: VnodeEndpoint;
  /** Where the reclaim stands; `null` while the node is lent. */
  readonly reclaim: ReclaimNote | null;
  /** What somebody asked of the lease. Default nothing. */
  readonly override?: LeaseOverride | null;
}

/** Labels that a vnode should have: those of the physical node, then ours (spec leasing.md 2.1). */
export function desiredLabels({ binding, physical, policy, endpoint }: MetadataFacts): Record<string, string> {
  const address = internalIp(physical);
  return {
    ...copiedLabels(physical.metadata.labels),
    [Label.ManagedBy]: MANAGED_BY,
    [Label.ClusterBinding]: binding.name,
    [Label.PhysicalClusterId]: binding.clusterID,
    [Label.PhysicalNodeName]: toLabelValue(physical.metadata.name),
    [Label.PhysicalNodeUid]: physical.metadata.uid,
    ...(address === null ? {} : { [Label.PhysicalNodeInnerIp]: address }),
    [Label.ProxierPort]: String(endpoint.kubeletPort),
    [Label.PolicyApplied]: toLabelValue(policy.metadata.name),
    [Label.NodeType]: VIRTUAL_KUBELET,
    [Label.InstanceType]: VNODE_INSTANCE_TYPE,
    [Label.InstanceTypeBeta]: VNODE_INSTANCE_TYPE,
    [Label.Hostname]: vnodeName(binding.clusterID, physical.metadata.name),
  };
}

/** Annotations that a vnode should have, without `expected-metadata` (spec leasing.md 2.2). */
export function desiredAnnotations(facts: MetadataFacts): Record<string, string> {
  const { physical, policy, window, reclaim } = facts;
  return {
    ...copiedAnnotations(physical.metadata.annotations),
    [Annotation.PhysicalNodeName]: physical.metadata.name,
    [Annotation.PhysicalNodeUid]: physical.metadata.uid,
    [Annotation.PoliciesApplied]: policy.metadata.name,
    [Annotation.PolicyDetails]: policyDetails(policy),
    [Annotation.ReclaimTerms]: encodeTerms(termsOf(policy.spec)),
    ...(reclaim === null ? {} : { [Annotation.Reclaim]: encodeNote(reclaim) }),
    ...(window.open && window.closesAt !== null ? { [Annotation.LeaseEndsAt]: toRfc3339(window.closesAt) } : {}),
    ...(facts.override ? { [Annotation.LeaseOverride]: encodeOverride(facts.override) } : {}),
    ...prometheusUrl(facts),
    ...resourceMetricsPath(facts),
  };
}

/** `name(res=quantity/percent%,...)`, a missing side left empty; the bare name without limits. */
function policyDetails({ metadata, spec }: ResourceLeasingPolicy): string {
  const limits = (spec.resourceLimits ?? []).map(limitDetails);
  return limits.length === 0 ? metadata.name : `${metadata.name}(${limits.join(',')})`;
}

function limitDetails({ resource, quantity, percent }: ResourceLimit): string {
  return `${resource}=${quantity ?? ''}/${percent === undefined ? '' : `${percent}%`}`;
}

function prometheusUrl({ binding, physical, endpoint }: MetadataFacts): Record<string, string> {
  const { address, prometheusPort } = endpoint;
  if (prometheusPort === undefined) {
    return {};
  }
  const name = vnodeName(binding.clusterID, physical.metadata.name);
  return { [Annotation.PrometheusUrl]: `${address ?? '<pending>'}:${prometheusPort}/${name}` };
}

/** The port that stands for all vnodes tells them apart by the path. */
function resourceMetricsPath({ binding, physical, endpoint }: MetadataFacts): Record<string, string> {
  if (endpoint.commonPort === undefined) return {};
  return { [Annotation.ResourceMetricsPath]: `/${vnodeName(binding.clusterID, physical.metadata.name)}/metrics/resource` };
}

/** The first InternalIP that can be a label value; an IPv6 address cannot. */
function internalIp({ status }: NodeObject): string | null {
  const addresses = (status?.addresses ?? []).filter(
    ({ type, address }) => type === 'InternalIP' && !address.includes(':'),
  );
  return addresses[0]?.address ?? null;
}
