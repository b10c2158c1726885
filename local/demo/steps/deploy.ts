import type { Pod } from 'kubernetes-types/core/v1';
import { check, checkEqual } from '../check';
import { inProject } from '../commands';
import { checkPairs, untilRunning } from '../expect';
import { isOn, nameOf, physicalPods, virtualUidOf } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';

/** Replicas of the sample. */
export const REPLICAS = 6;

/** An ordinary Deployment: the real scheduler places it, kwok runs it in both physical clusters, and the virtual pods tell. */
export const deploy: WalkStep = {
  title: 'an ordinary Deployment of six pods',
  run: async (walk) => {
    const { stack, commands, lenders } = walk;
    await commands.kubectl(stack.virtual.kubeconfig, 'apply', '--filename', inProject('deploy/samples/deployment.yaml'));
    const pods = await untilRunning(walk, REPLICAS, 30_000);
    await checkPairs(walk, pods);
    for (const lender of lenders) await checkStatuses(pods, lender);
    return `${REPLICAS} pods run, ${spread(walk, pods)}`;
  },
};

/** "3 in cluster-a, 3 in cluster-b". */
export function spread({ lenders }: Walk, pods: readonly Pod[]): string {
  return lenders.map((lender) => `${pods.filter((pod) => isOn(lender, pod)).length} in ${lender.binding}`).join(', ');
}

async function checkStatuses(virtual: readonly Pod[], lender: Lender): Promise<void> {
  const physical = new Map((await physicalPods(lender)).map((pod) => [virtualUidOf(pod), pod]));
  check(physical.size > 0, `some of the pods should run in ${lender.binding}`);
  for (const pod of virtual.filter((one) => isOn(lender, one))) {
    checkStatus(pod, physical.get(pod.metadata?.uid ?? ''));
  }
}

/** The virtual pod tells what the physical one does. */
function checkStatus(virtual: Pod, physical: Pod | undefined): void {
  const { podIP, conditions = [], containerStatuses = [] } = virtual.status ?? {};
  check(podIP !== undefined, `${nameOf(virtual)} should have an IP`);
  checkEqual(podIP, physical?.status?.podIP, `the IP of ${nameOf(virtual)}`);
  const held = conditions.filter(({ status }) => status === 'True').map(({ type }) => type);
  for (const type of ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']) {
    check(held.includes(type), `${nameOf(virtual)} should have the condition ${type}`);
  }
  const running = containerStatuses.filter(({ ready, state }) => ready && state?.running !== undefined).map(({ name }) => name);
  checkEqual(running, ['web'], `the running containers of ${nameOf(virtual)}`);
}
