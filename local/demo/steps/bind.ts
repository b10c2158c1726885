import type { Node } from 'kubernetes-types/core/v1';
import { join } from 'node:path';
import { SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../../api/names/keys';
import { parseQuantity } from '../../../domain/quantity';
import { check, checkEqual, eventually } from '../check';
import { inProject } from '../commands';
import { isReady, nameOf, physicalNodes, virtualNodes } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';

/** What the policies of the samples lend of CPU and memory. */
const PERCENT = 80;

/** The guide, once for each cluster: kubeconfig, Secret, ClusterBinding, labels, ResourceLeasingPolicy. */
export const bind: WalkStep = {
  title: 'bind two clusters with the manifests of the guide',
  run: async (walk) => {
    await Promise.all(walk.lenders.map((lender) => follow(walk, lender)));
    const table = await bindings(walk);
    const nodes = await Promise.all(walk.lenders.map((lender) => virtualNodesAsLent(walk, lender)));
    return `${nodes.flat().length} virtual nodes are Ready with ${PERCENT} % of CPU and memory\n${table}`;
  },
};

async function follow({ stack, commands, dir }: Walk, { binding, cluster }: Lender): Promise<void> {
  const kubeconfig = join(dir, `${binding}.kubeconfig`);
  const sample = (name: string) => inProject(`deploy/samples/${binding}/${name}.yaml`);
  await commands.script(cluster.linkedKubeconfig, 'hack/kubeconfig.sh', 'kubeocean-syncer', WORKER_NAMESPACE, kubeconfig);
  const secret = ['create', 'secret', 'generic', `${binding}-kubeconfig`, `--from-file=kubeconfig=${kubeconfig}`];
  await commands.kubectl(stack.virtual.kubeconfig, '--namespace', SYSTEM_NAMESPACE, ...secret);
  await commands.kubectl(stack.virtual.kubeconfig, 'apply', '--filename', sample('cluster-binding'));
  await commands.kubectl(cluster.kubeconfig, 'label', 'nodes', '--all', 'kubeocean.io/role=worker');
  await commands.kubectl(cluster.kubeconfig, 'apply', '--filename', sample('resource-leasing-policy'));
}

/** The table that a person sees, once all of it says Ready. */
async function bindings({ stack, commands, lenders }: Walk): Promise<string> {
  const expected = [['NAME', 'CLUSTERID', 'PHASE'], ...lenders.map(({ binding, clusterId }) => [binding, clusterId, 'Ready'])];
  return await eventually(
    async () => {
      const table = await commands.kubectl(stack.virtual.kubeconfig, 'get', 'cb');
      const columns = table.split('\n').map((line) => line.trim().split(/\s+/).slice(0, 3));
      checkEqual(columns, expected, '`kubectl get cb`');
      return table;
    },
    { within: 15_000, every: 300 },
  );
}

async function virtualNodesAsLent(walk: Walk, lender: Lender): Promise<Node[]> {
  const physical = await physicalNodes(lender);
  const expected = physical.map((node) => `vnode-${lender.clusterId}-${nameOf(node)}`).sort();
  return await eventually(
    async () => {
      const nodes = await virtualNodes(walk, lender);
      checkEqual(nodes.map(nameOf), expected, `the virtual nodes of ${lender.binding}`);
      nodes.forEach((node) => check(isReady(node), `${nameOf(node)} should be Ready`));
      for (const node of nodes) checkCapacity(node, physical.find((other) => nameOf(node).endsWith(nameOf(other))));
      return nodes;
    },
    { within: 15_000 },
  );
}

function checkCapacity(virtual: Node, physical: Node | undefined): void {
  const [lent, whole] = [virtual, physical].map((node) => node?.status?.allocatable ?? {});
  for (const resource of ['cpu', 'memory']) {
    const percent = percentBetween(lent?.[resource], whole?.[resource]);
    check(percent === PERCENT, `${nameOf(virtual)} should have ${PERCENT} % of the ${resource} of its physical node and has ${percent} %`);
  }
  checkEqual(lent?.pods, whole?.pods, `pods of ${nameOf(virtual)}`);
}

/** What share of a quantity another is, in hundredths of a percent: less than that is rounding. NaN where one is missing. */
function percentBetween(part = '', whole = ''): number {
  const [lent, all] = [parseQuantity(part), parseQuantity(whole)];
  if (lent === null || all === null) return NaN;
  return Math.round((Number(lent.nanos) / Number(all.nanos)) * 10_000) / 100;
}
