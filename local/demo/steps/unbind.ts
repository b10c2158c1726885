import { Label, MANAGED_BY, WORKER_NAMESPACE } from '../../../api/names/keys';
import { GROUP_VERSION } from '../../../api/names/group';
import { checkEqual, eventually } from '../check';
import { checkPairs, untilRunning } from '../expect';
import { binding, isOn, nameOf, virtualNodes, virtualPods } from '../observe';
import type { Lender, Walk, WalkStep } from '../walk';

/** Nothing of ours stays on either side, and the pods run where nodes are still lent. */
export const unbind: WalkStep = {
  title: 'unbind cluster-b',
  run: async (walk) => {
    const [, lender] = walk.lenders;
    const { stack, commands } = walk;
    const count = (await virtualPods(walk)).length;
    await commands.kubectl(stack.virtual.kubeconfig, 'delete', 'clusterbinding', lender.binding, '--wait=false');
    await eventually(async () => checkEqual(await leftovers(walk, lender), [], `what is left of ${lender.binding}`), {
      within: 45_000,
      every: 250,
    });
    await checkPairs(walk, await untilRunning(walk, count, 30_000));
    return 'no node, pod, finalizer or label of ours is left; all pods run in cluster-a';
  },
};

/** Everything that ought not to be there after an unbind, over both API servers. */
export async function leftovers(walk: Walk, lender: Lender): Promise<string[]> {
  return [...(await virtualLeftovers(walk, lender)), ...(await physicalLeftovers(lender))];
}

/** The part of {@link leftovers} that needs no physical cluster. */
export async function virtualLeftovers(walk: Walk, lender: Lender): Promise<string[]> {
  const { api } = walk.stack.virtual;
  const nodes = (await virtualNodes(walk, lender)).map((node) => `virtual node ${nameOf(node)}`);
  const pods = (await virtualPods(walk)).filter((pod) => isOn(lender, pod)).map((pod) => `virtual pod ${nameOf(pod)}`);
  const leases = await api.get<List>('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases');
  const prefix = `vnode-${lender.clusterId}-`;
  const beats = leases.items.map(nameOf).filter((name) => name.startsWith(prefix));
  const left = await binding(walk, lender.binding);
  const finalizers = left === null ? [] : [`ClusterBinding ${lender.binding} with ${left.metadata.finalizers?.join() ?? 'no finalizer'}`];
  return [...nodes, ...pods, ...beats.map((name) => `NodeLease ${name}`), ...finalizers];
}

interface List {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string;
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly finalizers?: readonly string[];
    };
  }[];
}

/** Put there by `kubeocean install` and by the lender; they stay. */
const INSTALLED: readonly string[] = ['kubeocean.io/role'];

/** The other part. */
export async function physicalLeftovers({ cluster }: Lender): Promise<string[]> {
  const selector = encodeURIComponent(`${Label.ManagedBy}=${MANAGED_BY}`);
  const copies = ['pods', 'secrets', 'configmaps', 'services'].map((kind) => ({
    kind,
    path: `/api/v1/namespaces/${WORKER_NAMESPACE}/${kind}?labelSelector=${selector}`,
  }));
  const owners = [
    { kind: 'node', path: '/api/v1/nodes' },
    { kind: 'namespace', path: '/api/v1/namespaces' },
    { kind: 'policy', path: `/apis/${GROUP_VERSION}/resourceleasingpolicies` },
  ];
  const left = await Promise.all([
    ...copies.map(async ({ kind, path }) => (await cluster.api.get<List>(path)).items.map((item) => `${kind} ${nameOf(item)}`)),
    ...owners.map(async ({ kind, path }) => (await cluster.api.get<List>(path)).items.flatMap((item) => traces(kind, item))),
  ]);
  return left.flat();
}

/** Keys and finalizers of ours on somebody else's object. */
function traces(kind: string, { metadata }: List['items'][number]): string[] {
  const keys = [...Object.keys(metadata.labels ?? {}), ...Object.keys(metadata.annotations ?? {}), ...(metadata.finalizers ?? [])];
  const ours = keys.filter((key) => key.includes('kubeocean.io/') && !INSTALLED.includes(key));
  return ours.map((key) => `${key} on ${kind} ${metadata.name}`);
}
