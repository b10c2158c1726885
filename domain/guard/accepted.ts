import type { AcceptedEdit, ClusterBinding, ResourceLeasingPolicy, ResourceLeasingPolicySpec } from '../../api/names/types';
import { sameJson } from '../json/canonical-json';

/** What of a policy's spec counts as an edit. Whom it is for does not: addressing it elsewhere is like deleting it here. */
type EditablePolicy = Omit<ResourceLeasingPolicySpec, 'cluster'>;
type EditableBinding = Pick<ClusterBinding['spec'], 'nodeSelector'>;

const editablePolicy = ({ spec }: ResourceLeasingPolicy): EditablePolicy =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => field !== 'cluster'));
const editableBinding = ({ spec: { nodeSelector } }: ClusterBinding): EditableBinding => ({ nodeSelector });

/** The policy as it was accepted last; itself where nothing was, or where the record cannot be read. */
export function acceptedPolicy(policy: ResourceLeasingPolicy): ResourceLeasingPolicy {
  const spec = recorded<EditablePolicy>(policy.status?.accepted);
  return spec === null ? policy : { ...policy, spec: { ...spec, cluster: policy.spec.cluster } };
}

/** The binding with the selector that was accepted last; itself where none was. */
export function acceptedBinding(binding: ClusterBinding): ClusterBinding {
  const spec = recorded<EditableBinding>(binding.status?.accepted);
  return spec === null ? binding : { ...binding, spec: { ...binding.spec, nodeSelector: spec.nodeSelector } };
}

/** What is to be recorded of a policy whose edit is accepted; `null`: it says so already. */
export function policyRecord(policy: ResourceLeasingPolicy): AcceptedEdit | null {
  return recordOf(editablePolicy(policy), policy);
}

/** What is to be recorded of a binding whose edit is accepted; `null`: it says so already. */
export function bindingRecord(binding: ClusterBinding): AcceptedEdit | null {
  return recordOf(editableBinding(binding), binding);
}

interface Recorded {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly accepted?: AcceptedEdit };
}

function recordOf(editable: object, { metadata, status }: Recorded): AcceptedEdit | null {
  const known = recorded(status?.accepted);
  return known !== null && sameJson(known, editable)
    ? null
    : { generation: metadata.generation ?? 0, spec: JSON.stringify(editable) };
}

function recorded<S extends object>(accepted: AcceptedEdit | undefined): S | null {
  if (accepted === undefined) {
    return null;
  }
  try {
    const value: unknown = JSON.parse(accepted.spec);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as S) : null;
  } catch {
    return null;
  }
}
