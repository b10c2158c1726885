import { bindingWatchId } from '../../../workflows/contracts/ids';
import { check, checkEqual, eventually } from '../check';
import { checkPairs, untilRunning } from '../expect';
import { physicalPods, uidsOf, virtualPods } from '../observe';
import { holderOf } from '../temporal';
import type { Walk, WalkStep } from '../walk';
import { spread } from './deploy';

/** So many that the worker is killed while they are being made. */
const BURST = 60;

/** Dying is no event: the other worker goes on with what is there, and every pod has exactly one counterpart. */
export const killWorker: WalkStep = {
  title: `SIGKILL one of the two workers while ${BURST} pods start`,
  run: async (walk) => {
    const { stack, commands, lenders } = walk;
    const before = uidsOf(await virtualPods(walk));
    const victim = await holderOf(walk.temporal, bindingWatchId(lenders[0].binding));
    await commands.kubectl(stack.virtual.kubeconfig, 'scale', 'deployment', 'web', `--replicas=${BURST}`);
    await untilBusy(walk, before.length);
    process.kill(victim, 'SIGKILL');
    const killed = Date.now();
    const pods = await untilRunning(walk, BURST, 60_000);
    const kept = uidsOf(pods).filter((uid) => before.includes(uid));
    checkEqual(kept, before, 'the UIDs of the pods from before');
    await checkPairs(walk, pods);
    return `${BURST} run ${((Date.now() - killed) / 1_000).toFixed(1)} s later, none lost, none doubled; ${spread(walk, pods)}`;
  },
};

/** In the middle of the burst: some of the new pods have a counterpart, most have none. */
async function untilBusy({ lenders }: Walk, before: number): Promise<void> {
  await eventually(
    async () => {
      const made = (await Promise.all(lenders.map((lender) => physicalPods(lender)))).flat().length;
      check(made > before + 5, 'the first pods of the burst should get their counterparts');
    },
    { within: 20_000, every: 20 },
  );
}
