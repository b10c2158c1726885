import { setTimeout as delay } from 'node:timers/promises';
import { now } from '../measure/clock';
import { cpuOf, usedBetween } from '../measure/processes';
import type { Measurement, Scenario } from '../result';
import { deletePods, postPods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { faultsOf } from './burst';
import { memoryOf } from './costs';

const WITHIN = { within: 900_000 };
const MINUTES = 1;

/** What many running pods cost while nothing happens, and how soon a worker that starts anew knows what happened meanwhile. */
export const many: Scenario = {
  name: 'many',
  title: 'as many pods as --pods says run; a worker starts anew',
  needsPods: true,
  onlyNamed: true,
  manner: 'loud',
  run: async (rig) => {
    const { names, ...posted } = await postPods(rig, 'many', rig.options.pods);
    const running = await rig.watches.virtualPods.until(names, 'running', WITHIN);
    const violations = await faultsOf(rig, { names, ...posted });
    const before = rig.uses();
    await delay(MINUTES * 60_000);
    const idle = usedBetween(before, rig.uses());
    const current = await coldStart(rig, names[0] ?? '');
    await deletePods(rig, names.slice(1));
    await untilGone(rig, names, WITHIN.within);
    return {
      measurements: [
        { metric: 'many.running', title: `${names.length} pods: all Running`, value: (running - posted.since) / 1000, unit: 's' },
        ...['worker', 'gateway', 'temporal'].map((name): Measurement => {
          const seconds = cpuOf(idle, new RegExp(`^${name}(-\\d+)?$`));
          return { metric: `many.cpu.${name}`, title: `idle CPU of ${name}, of one core`, value: (100 * seconds) / (MINUTES * 60), unit: '%' };
        }),
        ...memoryOf('many', idle),
        { metric: 'many.current', title: 'worker started → a deletion from before is done', value: current, unit: 's' },
      ],
      violations,
    };
  },
};

/** A pod is deleted while no worker lives: its end tells that the next one has compared everything. */
async function coldStart(rig: Rig, name: string): Promise<number> {
  await Promise.all(rig.product.running.map((worker) => worker.kill()));
  await deletePods(rig, [name]);
  const since = now();
  await rig.product.startWorker();
  return ((await untilGone(rig, [name], WITHIN.within)) - since) / 1000;
}
