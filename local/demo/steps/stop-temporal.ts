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

/** Back to a handful of pods: something for everybody to do. */
async function untilItWorks(walk: Walk, count: number): Promise<void> {
  const scale = (replicas: number) =>
    walk.commands.kubectl(walk.stack.virtual.kubeconfig, 'scale', 'deployment', 'web', `--replicas=${replicas}`);
  await scale(count + 2);
  await untilRunning(walk, count + 2, 45_000);
  await scale(AFTERWARDS);
  await untilRunning(walk, AFTERWARDS, 45_000);
}

const AFTERWARDS = 8;
