import { checkEqual, throughout } from '../check';
import { checkUntouched, physicalUids, untilRunning } from '../expect';
import { virtualPods } from '../observe';
import type { Walk, WalkStep } from '../walk';

/** The heartbeats of the nodes do not need Temporal: who is without it for long loses nothing but the time. */
export const stopTemporal: WalkStep = {
  title: 'Temporal stops for longer than the nodes are waited for',
  run: async (walk) => {
    const { stack, durations } = walk;
    const before = await virtualPods(walk);
    const physical = await physicalUids(walk);
    await stack.temporal.stop();
    await throughout(() => checkUntouched(walk, before), durations.tolerated + 3_000);
    await stack.temporal.start();
    await checkUntouched(walk, before);
    checkEqual(await physicalUids(walk), physical, 'the UIDs of the physical pods');
    await untilItWorks(walk, before.length);
    return `${before.length} pods are the same as before, and new ones run`;
  },
};

/**
 * More pods, none, and then a handful: something for everybody to do. Of many pods the ReplicaSet would keep any few, all in one cluster
 * now and then; new ones the scheduler spreads over both.
 */
async function untilItWorks(walk: Walk, count: number): Promise<void> {
  const scale = (replicas: number) =>
    walk.commands.kubectl(walk.stack.virtual.kubeconfig, 'scale', 'deployment', 'web', `--replicas=${replicas}`);
  await scale(count + 2);
  await untilRunning(walk, count + 2, 45_000);
  await scale(0);
  await untilRunning(walk, 0, 45_000);
  await scale(AFTERWARDS);
  await untilRunning(walk, AFTERWARDS, 45_000);
}

const AFTERWARDS = 8;
