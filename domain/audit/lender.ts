import { Finalizer, Label } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { isVnodeOf, physicalNodeOf, toLabelValue } from '../vnode';
import type { NodeObject } from '../vnode';
import { finding, objectIn } from './types';
import type { Finding } from './types';

/** What of ours stands on the lender's own objects, for one binding. */
export interface LenderAuditFacts {
  readonly ownership: { readonly virtualCluster: string; readonly binding: string };
  readonly virtualNodes: readonly NodeObject[];
  readonly physicalNodes: readonly NodeObject[];
  readonly policies: readonly ResourceLeasingPolicy[];
  /** Labels of the mount namespace; null: there is none. */
  readonly mountNamespace: { readonly name: string; readonly labels: Readonly<Record<string, string>> } | null;
  /** True: the binding has been Ready, and so has claimed the namespace. */
  readonly wasBound: boolean;
}

/** Labels on physical nodes that are not lent, finalizers on policies, and the claim of the mount namespace. */
export function auditLender(facts: LenderAuditFacts): Finding[] {
  return [...auditLabels(facts), ...auditPolicies(facts), ...auditClaim(facts)];
}

function auditLabels({ ownership: { binding }, virtualNodes, physicalNodes, policies }: LenderAuditFacts): Finding[] {
  const lent = new Set(virtualNodes.filter((node) => isVnodeOf(node, { name: binding })).map(physicalNodeOf));
  return physicalNodes.flatMap((node) => {
    const value = node.metadata.labels?.[Label.PolicyApplied];
    if (value === undefined || lent.has(node.metadata.name)) return [];
    const policy = policies.find(({ metadata }) => toLabelValue(metadata.name) === value);
    if (policy !== undefined && policy.spec.cluster !== binding) return [];
    const common = { kind: 'Orphan', binding, object: objectIn('physical', 'Node', node) } as const;
    const label = `${Label.PolicyApplied}=${value}`;
    if (policy !== undefined) return [finding({ ...common, cause: `label ${label}: the node is not lent`, repair: 'unlabel' })];
    const advice = `If nobody else lends it: kubectl label node ${node.metadata.name} ${Label.PolicyApplied}-`;
    return [finding({ ...common, cause: `label ${label}: there is no such policy`, advice })];
  });
}

/** They would keep the lender from deleting his own policy. */
function auditPolicies({ ownership: { binding }, policies }: LenderAuditFacts): Finding[] {
  return policies
    .filter(({ metadata, spec }) => spec.cluster === binding && metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(Finalizer.Policy))
    .map((policy) =>
      finding({ kind: 'StaleFinalizer', binding, object: objectIn('physical', 'ResourceLeasingPolicy', policy), cause: `${Finalizer.Policy} holds a policy that is being deleted` }),
    );
}

function auditClaim({ ownership: { virtualCluster, binding }, mountNamespace, wasBound }: LenderAuditFacts): Finding[] {
  if (!wasBound) return [];
  const holder = mountNamespace?.labels[Label.VirtualCluster];
  if (holder === virtualCluster) return [];
  const object = { cluster: 'physical', kind: 'Namespace', name: mountNamespace?.name ?? '' } as const;
  if (mountNamespace === null) return [finding({ kind: 'Missing', binding, object, cause: 'the mount namespace does not exist', advice: 'Create it again; kubeocean check says which one.' })];
  if (holder === undefined) return [finding({ kind: 'Drift', binding, object, cause: 'the mount namespace does not carry the label of this virtual cluster' })];
  return [finding({ kind: 'NameTaken', binding, object, cause: 'another virtual cluster holds the mount namespace', advice: 'Give one of the two another mount namespace.' })];
}
