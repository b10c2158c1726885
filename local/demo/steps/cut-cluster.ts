import type { Node } from 'kubernetes-types/core/v1';
import { Taint } from '../../../api/names/keys';
import { check, checkEqual, eventually, throughout } from '../check';
import { checkUntouched, physicalUids } from '../expect';
import { binding, isReady, isTainted, nameOf, virtualNodes, virtualPods } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';

/** "I do not see it" is not "it is gone": nobody is evicted, but nobody new is sent there either. */
export const cutCluster: WalkStep = {
  title: 'the network to cluster-b is cut for a minute',
  run: async (walk) => {
    const [, lender] = walk.lenders;
    const before = await virtualPods(walk);
    const physical = await physicalUids(walk);
    const cut = Date.now();
    lender.cluster.cut();
    try {
      const reason = await untilMarked(walk, lender);
      const marked = Date.now() - cut;
      await throughout(() => checkUntouched(walk, before), walk.durations.cut - marked);
      lender.cluster.heal();
      await untilHealed(walk, lender);
      await checkUntouched(walk, before);
      checkEqual(await physicalUids(walk), physical, 'the UIDs of the physical pods');
      return `noticed after ${(marked / 1_000).toFixed(0)} s, nothing evicted, healed ("${reason}")`;
    } finally {
      lender.cluster.heal();
    }
  },
};

const unreachable = (node: Node) => isTainted(node, Taint.ClusterUnreachable, 'NoSchedule');
const readyCondition = async (walk: Walk, name: string) =>
  (await binding(walk, name))?.status?.conditions?.find(({ type }) => type === 'Ready');

/** @returns what the condition of the binding says */
async function untilMarked(walk: Walk, lender: Lender): Promise<string> {
  return await eventually(
    async () => {
      const nodes = await virtualNodes(walk, lender);
      const open = nodes.filter((node) => !unreachable(node)).map(nameOf);
      checkEqual(open, [], `virtual nodes of ${lender.binding} without the taint ${Taint.ClusterUnreachable}:NoSchedule`);
      const condition = await readyCondition(walk, lender.binding);
      check(condition?.status === 'False', `${lender.binding} should not be Ready`);
      checkEqual(condition.reason, 'ClusterUnreachable', `the reason why ${lender.binding} is not Ready`);
      return condition.message;
    },
    { within: walk.durations.unreachableAfter + 15_000 },
  );
}

async function untilHealed(walk: Walk, lender: Lender): Promise<void> {
  await eventually(
    async () => {
      const nodes = await virtualNodes(walk, lender);
      checkEqual(nodes.filter(unreachable).map(nameOf), [], `virtual nodes of ${lender.binding} that still count as unreachable`);
      check(nodes.every(isReady), `the virtual nodes of ${lender.binding} should be Ready`);
      const condition = await readyCondition(walk, lender.binding);
      check(condition?.status === 'True', `${lender.binding} should be Ready again`);
    },
    { within: 30_000 },
  );
}
