import { Label, VIRTUAL_KUBELET, VNODE_INSTANCE_TYPE } from '../../api/names/keys';

const VIRTUAL_INSTANCE_TYPES: readonly string[] = ['external', VNODE_INSTANCE_TYPE, 'eklet'];

/** Whether a node is a machine that can be lent, not itself a virtual node of some system (spec leasing.md 7.2). */
export function isEligibleNode(labels: Readonly<Record<string, string>>): boolean {
  const instanceTypes = [labels[Label.InstanceType], labels[Label.InstanceTypeBeta]];
  return (
    labels[Label.NodeType] !== VIRTUAL_KUBELET &&
    instanceTypes.every((type) => type === undefined || !VIRTUAL_INSTANCE_TYPES.includes(type))
  );
}
