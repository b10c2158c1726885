import { Label } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { isPolicyLabelOurs, policyLabelToSet } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { isKubeError, Nodes } from '../../kube';
import type { NodeView } from './facts';

/** A physical node as one binding sees it. */
type SeenNode = Pick<NodeView, 'binding' | 'physical'> & { readonly node: NodeObject };

/** Whether the owner's node does not say yet which policy lends it. */
export function lacksPolicyLabel(seen: SeenNode, policy: ResourceLeasingPolicy): boolean {
  return policyLabelToSet(factsOf(seen), policy) !== null;
}

/** Says on the owner's node which policy lends it, unless it says so. @throws KubeError */
export async function labelPhysicalNode(seen: SeenNode, policy: ResourceLeasingPolicy): Promise<void> {
  const value = policyLabelToSet(factsOf(seen), policy);
  if (value !== null) await writeLabel(seen, value);
}

/**
 * Takes that label off a node that is not lent any more, only if its value is ours; a node that is gone is success.
 * @param seen.applied name of the policy by which the vnode was lent, where somebody knows it
 * @throws KubeError
 */
export async function unlabelPhysicalNode(seen: SeenNode & { readonly applied?: string }): Promise<void> {
  if (!isPolicyLabelOurs(factsOf(seen), seen.applied)) return;
  try {
    await writeLabel(seen, null);
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}

function factsOf({ binding, physical, node }: SeenNode) {
  return { node, policies: physical.policies.store.list(), binding: binding.metadata.name };
}

/** Under the UID: a node that has taken the name is another machine. */
async function writeLabel({ physical, node }: SeenNode, value: string | null): Promise<void> {
  const { name, uid } = node.metadata;
  const body = { metadata: { labels: { [Label.PolicyApplied]: value } } };
  await physical.client.patch(Nodes, { name }, { kind: 'merge', body }, { uid });
}
