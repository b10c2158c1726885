/**
 * The network to one physical API server is cut: for a minute, or for as many as `KUBEOCEAN_CUT_MINUTES` says (ten in a nightly run, far
 * beyond every tolerance of the virtual cluster). What cannot be seen is not gone.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { checkPairs, checkUntouched, physicalUids } from '../../local/demo/expect';
import { isOn, nameOf, physicalPods, uidOf, virtualPods, virtualUidOf } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { readAudit } from '../support/audit';
import { eventually, throughout } from '../support/eventually';
import { openTestWalk, type TestWalk } from '../support/walk';

const CUT_MS = Number(process.env.KUBEOCEAN_CUT_MINUTES || 1) * 60_000;
jest.setTimeout(CUT_MS + 300_000);

let open: TestWalk;
let walk: Walk;
let lender: Lender;

beforeAll(async () => {
  open = await openTestWalk();
  walk = open.walk;
  for (const step of [install, bind, deploy]) await step.run(walk);
  [, lender] = walk.lenders;
});

afterAll(async () => {
  await open?.close();
});

/** Names of pods that anybody asked to go, on either side, since then. */
async function deletions(since: string): Promise<string[]> {
  const logs = await Promise.all([walk.stack.virtual, ...walk.stack.physical].map((cluster) => readAudit(cluster)));
  return logs
    .flat()
    .filter(({ requestReceivedTimestamp: at, objectRef }) => at >= since && objectRef?.resource === 'pods')
    .filter(({ verb, objectRef }) => verb.startsWith('delete') || objectRef?.subresource === 'eviction')
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.namespace}/${objectRef?.name}`);
}

it('keeps every pod, runs each once, and tells the truth again after healing', async () => {
  const before = await virtualPods(walk);
  const [uids, copies] = [await physicalUids(walk), await physicalPods(lender)];
  const since = new Date().toISOString();
  const [changed] = copies;
  lender.cluster.cut();
  try {
    const message = 'said while nobody could hear it';
    await lender.cluster.api.merge(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${nameOf(changed!)}/status`, { status: { message } });
    await throughout(() => checkUntouched(walk, before), CUT_MS, 1_000);
    const [seen] = (await virtualPods(walk)).filter((pod) => uidOf(pod) === virtualUidOf(changed!));
    expect(seen?.status?.message).toBeUndefined();
    lender.cluster.heal();
    await eventually(async () => {
      const told = (await virtualPods(walk)).find((pod) => uidOf(pod) === virtualUidOf(changed!));
      expect(told?.status?.message).toBe(message);
    }, { within: 30_000 });
  } finally {
    lender.cluster.heal();
  }
  await checkUntouched(walk, before);
  await checkPairs(walk, before);
  expect(await physicalUids(walk)).toEqual(uids);
  expect(before.filter((pod: Pod) => isOn(lender, pod)).length).toBeGreaterThan(0);
  expect(await deletions(since)).toEqual([]);
});
