import { FakeAnnotation } from '../../clusters/kwok-stages';
import { Taint } from '../../../api/names/keys';
import { check, eventually } from '../check';
import { checkPairs, untilRunning } from '../expect';
import { isOn, isTainted, nameOf, physicalPods, virtualNodes, virtualPods } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';
import { REPLICAS, spread } from './deploy';

const GRACE_SECONDS = 4;
const TAINTED_WITHIN_MS = 1_000;
/** It is evening; see `zoneOfTheEvening`. */
const CLOSED = [{ start: '08:00', end: '12:00' }];

/** The lender wants the nodes back: a taint at once, grace, and the pods run elsewhere. Then it lends again. */
export const closeWindow: WalkStep = {
  title: 'the window of cluster-b is closed, and opened again',
  run: async (walk) => {
    const [, lender] = walk.lenders;
    await slowDownStops(walk, lender);
    const before = JSON.parse(await editPolicy(walk, lender, null)) as { spec: { timeWindows: unknown } };
    await editPolicy(walk, lender, { timeWindows: CLOSED, gracefulReclaimPeriodSeconds: GRACE_SECONDS });
    const edited = Date.now();
    const tainted = await untilTainted(walk, lender, edited);
    const drained = await untilDrained(walk, lender, edited);
    const pods = await untilRunning(walk, REPLICAS, 20_000);
    await checkPairs(walk, pods);
    const outcome = `tainted after ${tainted} ms, drained after ${(drained / 1_000).toFixed(1)} s; ${spread(walk, pods)}`;
    await editPolicy(walk, lender, { timeWindows: before.spec.timeWindows });
    await untilOpen(walk, lender);
    return outcome;
  },
};

/** kwok would let the pods stop at once, and there would be nothing to see. */
async function slowDownStops(walk: Walk, lender: Lender): Promise<void> {
  const names = (await virtualPods(walk)).filter((pod) => isOn(lender, pod)).map(nameOf);
  check(names.length > 0, `pods should run in ${lender.binding}`);
  await walk.commands.kubectl(walk.stack.virtual.kubeconfig, 'annotate', 'pod', ...names, `${FakeAnnotation.StopAfter}=1s`);
}

/** As a person would with `kubectl edit`; null only reads. @returns the policy */
async function editPolicy({ commands }: Walk, { cluster }: Lender, spec: object | null): Promise<string> {
  const policy = ['resourceleasingpolicy', 'nights-and-weekends', '--output=json'];
  if (spec === null) return await commands.kubectl(cluster.kubeconfig, 'get', ...policy);
  return await commands.kubectl(cluster.kubeconfig, 'patch', ...policy, '--type=merge', `--patch=${JSON.stringify({ spec })}`);
}

/** @returns milliseconds since `edited` */
async function untilTainted(walk: Walk, lender: Lender, edited: number): Promise<number> {
  await eventually(
    async () => {
      for (const node of await virtualNodes(walk, lender)) {
        check(isTainted(node, Taint.OutOfTimeWindows), `${nameOf(node)} should be tainted`);
      }
    },
    { within: TAINTED_WITHIN_MS, every: 25 },
  );
  return Date.now() - edited;
}

/** Nobody is touched during the grace period; after it everybody goes. @returns milliseconds since `edited` */
async function untilDrained(walk: Walk, lender: Lender, edited: number): Promise<number> {
  await eventually(
    async () => {
      const left = (await physicalPods(lender)).length;
      const leaving = (await virtualPods(walk)).filter((pod) => isOn(lender, pod) && pod.metadata?.deletionTimestamp !== undefined);
      const early = Date.now() - edited < (GRACE_SECONDS - 1) * 1_000;
      check(left === 0, `${left} pods are left in ${lender.binding}`);
      check(!(early && leaving.length > 0), 'no pod should be asked to go during the grace period');
    },
    { within: 30_000 },
  );
  const took = Date.now() - edited;
  check(took > GRACE_SECONDS * 1_000 - 500, `the pods should have a grace period of ${GRACE_SECONDS} s and were gone after ${took} ms`);
  return took;
}

async function untilOpen(walk: Walk, lender: Lender): Promise<void> {
  await eventually(
    async () => {
      for (const node of await virtualNodes(walk, lender)) {
        check(!isTainted(node, Taint.OutOfTimeWindows), `${nameOf(node)} should not be tainted any more`);
      }
    },
    { within: 5_000 },
  );
}
