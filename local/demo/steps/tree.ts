import { bindingId, MANAGER_ID, nodeId, podId } from '../../../workflows/contracts/ids';
import { Label } from '../../../api/names/keys';
import { check, checkEqual, eventually } from '../check';
import { nameOf, uidOf, virtualNodes, virtualPods } from '../observe';
import { readWorkflow, type WorkflowFacts } from '../temporal';
import type { Lender, Walk, WalkStep } from '../walk';

/** What Temporal's UI shows: one workflow for everything that takes time, each below the one that it belongs to. */
export const tree: WalkStep = {
  title: 'the tree of workflows as Temporal shows it',
  run: async (walk) => {
    const lines = await eventually(() => readTree(walk), { within: 15_000, every: 500 });
    return `manager → binding → node → pod, for example\n${lines.join('\n')}`;
  },
};

/** @returns a branch of it, indented */
async function readTree(walk: Walk): Promise<string[]> {
  const manager = await expectWorkflow(walk, MANAGER_ID, null);
  const branches = await Promise.all(walk.lenders.map((lender) => readBranch(walk, lender)));
  return [manager, ...(branches[0] ?? [])].map(({ id, summary, details }, depth) => {
    return `${'  '.repeat(depth + 1)}${id}: ${summary}${details === '' ? '' : `, ${details}`}`;
  });
}

/** @returns binding, node and pod along one path */
async function readBranch(walk: Walk, lender: Lender): Promise<WorkflowFacts[]> {
  const binding = await expectWorkflow(walk, bindingId(lender.binding), MANAGER_ID);
  check(binding.details.includes('Ready'), `${binding.id} should say that it is Ready and says "${binding.details}"`);
  const path: WorkflowFacts[] = [];
  const pods = await virtualPods(walk);
  for (const vnode of await virtualNodes(walk, lender)) {
    const id = nodeId(lender.binding, vnode.metadata?.labels?.[Label.PhysicalNodeName] ?? '');
    const node = await expectWorkflow(walk, id, binding.id);
    check(node.details.includes('Lent'), `${id} should say that it is lent and says "${node.details}"`);
    for (const pod of pods.filter(({ spec }) => spec?.nodeName === nameOf(vnode))) {
      const workflow = await expectWorkflow(walk, podId(uidOf(pod)), id);
      checkEqual(workflow.summary, `default/${nameOf(pod)}`, `the summary of ${workflow.id}`);
      if (path.length === 0) path.push(binding, node, workflow);
    }
  }
  check(path.length > 0, `a pod should run in ${lender.binding}`);
  return path;
}

async function expectWorkflow(walk: Walk, id: string, parent: string | null): Promise<WorkflowFacts> {
  const facts = await readWorkflow(walk.temporal, id);
  checkEqual(facts.status, 'RUNNING', `the status of ${id}`);
  checkEqual(facts.parent, parent, `the parent of ${id}`);
  check(facts.summary !== '', `${id} should have a summary`);
  return facts;
}
