import type { Pod } from 'kubernetes-types/core/v1';
import { readFile } from 'node:fs/promises';
import { FakeAnnotation } from '../../clusters/kwok-stages';
import { check, checkEqual, eventually } from '../check';
import { checkPairs, untilRunning } from '../expect';
import { isOn, nameOf, physicalPods, uidOf, virtualPods, virtualUidOf } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';
import { REPLICAS } from './deploy';

const GRACE_SECONDS = 4;

/** The caller's grace period reaches the physical pod, which takes all of it; a replacement runs meanwhile. */
export const deletePod: WalkStep = {
  title: `delete a pod with --grace-period=${GRACE_SECONDS}`,
  run: async (walk) => {
    const { stack, commands, lenders } = walk;
    const pod = (await virtualPods(walk))[0];
    const lender = lenders.find((one) => pod !== undefined && isOn(one, pod));
    check(pod !== undefined && lender !== undefined, 'there should be a pod to delete');
    await commands.kubectl(stack.virtual.kubeconfig, 'annotate', 'pod', nameOf(pod), `${FakeAnnotation.StopAfter}=grace`);
    const physical = await untilCarriedOver(lender, pod);
    const began = Date.now();
    const how = [`--grace-period=${GRACE_SECONDS}`, '--wait=false'];
    await commands.kubectl(stack.virtual.kubeconfig, 'delete', 'pod', nameOf(pod), ...how);
    await untilAudited(lender, physical);
    await untilGone(walk, lender, pod);
    const took = Date.now() - began;
    check(took > (GRACE_SECONDS - 1) * 1_000, `the physical pod should stop for ${GRACE_SECONDS} s and was gone after ${took} ms`);
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 20_000));
    return `its counterpart stopped for ${(took / 1_000).toFixed(1)} s, and a replacement runs`;
  },
};

/** Annotations of the user may be set at any time and reach the physical pod; this one makes kwok slow. */
async function untilCarriedOver(lender: Lender, pod: Pod): Promise<Pod> {
  return await eventually(
    async () => {
      const found = (await physicalPods(lender)).find((one) => virtualUidOf(one) === uidOf(pod));
      const value = found?.metadata?.annotations?.[FakeAnnotation.StopAfter];
      check(found !== undefined && value === 'grace', `the annotation of ${nameOf(pod)} should reach its physical pod`);
      return found;
    },
    { within: 10_000 },
  );
}

/** The API server of the lender was asked once, with the caller's grace. */
async function untilAudited(lender: Lender, physical: Pod): Promise<void> {
  await eventually(
    async () => {
      const graces = await gracesInAudit(lender, physical);
      checkEqual(graces, [GRACE_SECONDS], `the grace periods with which ${lender.binding} was asked to delete the physical pod`);
    },
    { within: 3_000 },
  );
}

async function untilGone(walk: Walk, lender: Lender, pod: Pod): Promise<void> {
  await eventually(
    async () => {
      const left = [...(await virtualPods(walk)).map(uidOf), ...(await physicalPods(lender)).map(virtualUidOf)];
      check(!left.includes(uidOf(pod)), `${nameOf(pod)} should be gone on both sides`);
    },
    { within: 20_000 },
  );
}

interface AuditLine {
  readonly verb: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly requestObject?: { readonly gracePeriodSeconds?: number };
  readonly user?: { readonly username?: string };
}

/** What the API server of the lender wrote down about deletions of this pod by us: kwok's own last one is not. */
async function gracesInAudit({ cluster }: Lender, pod: Pod): Promise<(number | undefined)[]> {
  const text = await readFile(cluster.auditLog ?? '', 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return lines
    .filter((line) => line.includes(nameOf(pod)))
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'pods' && objectRef.name === nameOf(pod))
    .filter(({ user }) => user?.username?.startsWith('system:serviceaccount:') === true)
    .map(({ requestObject }) => requestObject?.gracePeriodSeconds);
}
