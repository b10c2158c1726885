import type { Pod } from 'kubernetes-types/core/v1';
import { check, checkEqual, eventually } from './check';
import { isOn, isRunning, physicalPods, uidsOf, virtualPods, virtualUidOf } from './observe';
import type { Lender, Walk } from './walk';

/** Waits until exactly `count` virtual pods run and nothing else is left of the Deployment. */
export async function untilRunning(walk: Walk, count: number, within: number): Promise<Pod[]> {
  return await eventually(
    async () => {
      const pods = await virtualPods(walk);
      const running = pods.filter(isRunning).length;
      check(running === count && pods.length === count, `${count} pods should run; ${running} of ${pods.length} do`);
      return pods;
    },
    { within },
  );
}

/** A physical pod that stops may outlive its virtual one for a moment. */
const SETTLED_WITHIN_MS = 10_000;

/** Nothing lost, nothing doubled: one physical pod for each virtual one, in the cluster of its virtual node, and no other. */
export async function checkPairs(walk: Walk, virtual: readonly Pod[]): Promise<void> {
  const look = async () => {
    for (const lender of walk.lenders) {
      const expected = uidsOf(virtual.filter((pod) => isOn(lender, pod)));
      const found = (await physicalPods(lender)).map(virtualUidOf).sort();
      checkEqual(found, expected, `the virtual pods that have a physical one in ${lender.binding}`);
    }
  };
  await eventually(look, { within: SETTLED_WITHIN_MS });
}

/** Every pod of `before` is there, as the same object, and nobody has asked it to go. */
export async function checkUntouched(walk: Walk, before: readonly Pod[]): Promise<void> {
  const now = await virtualPods(walk);
  checkEqual(uidsOf(now), uidsOf(before), 'the UIDs of the virtual pods');
  const leaving = now.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
  checkEqual(leaving.map(({ metadata }) => metadata?.name), [], 'virtual pods with a deletionTimestamp');
}

/** UIDs of the physical pods of all lenders. */
export async function physicalUids({ lenders }: Walk): Promise<string[]> {
  const pods = await Promise.all(lenders.map((lender: Lender) => physicalPods(lender)));
  return uidsOf(pods.flat());
}
