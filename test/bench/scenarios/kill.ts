import { now } from '../measure/clock';
import type { ManagedProcess } from '../../../local/processes/managed-process';
import { bindingWatchId } from '../../../workflows/contracts/ids';
import type { Outcome, Scenario } from '../result';
import { BINDING } from '../rig/manifests';
import { deletePods, postPods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { faultsOf } from './burst';

const WITHIN = 300_000;
/** Share of the pods that run when the worker dies. */
const MIDST = 0.25;

/** SIGKILL in the midst of a burst: a single worker that is started again at once, or one of two. */
export function kill(survivors: 'none' | 'one'): Scenario {
  const name = survivors === 'none' ? 'kill-restart' : 'kill-one-of-two';
  return {
    name,
    title: survivors === 'none' ? 'SIGKILL of the only worker in mid-burst' : 'SIGKILL of one of two workers in mid-burst',
    needsPods: true,
    manner: 'loud',
    run: async (rig) => {
      await haveWorkers(rig, survivors === 'none' ? 1 : 2);
      const outcome = await killInBurst(rig, name);
      await haveWorkers(rig, rig.options.workers);
      return outcome;
    },
  };
}

async function killInBurst(rig: Rig, name: string): Promise<Outcome> {
  const { virtualPods } = rig.watches;
  const victim = await watcherOf(rig);
  const count = rig.options.pods;
  const posting = postPods(rig, name, count);
  const names = Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
  await virtualPods.until(names, 'running', { within: WITHIN, enough: Math.ceil(count * MIDST) });
  const killed = now();
  await victim.kill();
  const already = virtualPods.count(names, 'running');
  if (rig.product.running.length === 0) await rig.product.startWorker();
  const posted = await posting;
  const running = await virtualPods.until(names, 'running', { within: WITHIN });
  const violations = await faultsOf(rig, posted);
  await deletePods(rig, names);
  await untilGone(rig, names, WITHIN);
  const note = `${already} of ${count} were Running; lost or doubled: ${violations.length}`;
  const title = name === 'kill-restart' ? 'SIGKILL, restart → all Running' : 'SIGKILL of one of two → all Running';
  return { measurements: [{ metric: `${name}.running`, title, value: (running - killed) / 1000, unit: 's', note }], violations };
}

/** The worker that holds the watch of the binding: the one whose death hurts most. */
async function watcherOf({ temporal, product }: Rig): Promise<ManagedProcess> {
  const { raw } = await temporal.workflow.getHandle(bindingWatchId(BINDING)).describe();
  const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
  const worker = product.running.find(({ pid }) => identity.startsWith(`${pid}@`)) ?? product.running[0];
  if (worker === undefined) throw new Error('no worker runs');
  return worker;
}

async function haveWorkers({ product }: Rig, count: number): Promise<void> {
  while (product.running.length < count) await product.startWorker();
  await Promise.all(product.running.slice(count).map((worker) => worker.stop()));
}
