import type { Walk } from './walk';

/** What a person needs to go on alone: addresses, kubeconfigs, and commands to try. */
export function hints({ stack, lenders }: Walk, kubectl: string): string[] {
  const [first, second] = lenders;
  const pod = '"$(kubectl get pods --output name | head -1)"';
  return [
    '',
    'Kubeconfigs',
    `  virtual cluster     ${stack.virtual.kubeconfig}`,
    ...lenders.map(({ binding, cluster }) => `  ${binding.padEnd(18)}  ${cluster.kubeconfig}`),
    `Temporal              ${stack.temporal.address}, namespace ${stack.temporal.namespace}`,
    ...(stack.temporal.uiUrl === null ? [] : [`Temporal's UI         ${stack.temporal.uiUrl}/namespaces/${stack.temporal.namespace}/workflows/manager`]),
    '',
    'To try next, in another terminal',
    `  alias kubectl=${kubectl}`,
    `  export KUBECONFIG=${stack.virtual.kubeconfig}`,
    '  kubectl get clusterbindings,nodes,pods --output wide',
    '  kubectl scale deployment web --replicas=30',
    `  kubectl delete ${pod} --grace-period=5`,
    `  kubectl apply --filename deploy/samples/${second.binding}/cluster-binding.yaml    # borrow from it again`,
    `  kubectl --kubeconfig ${first.cluster.kubeconfig} delete resourceleasingpolicies --all    # the lender wants everything back`,
    '',
    'Ctrl-C ends everything.',
  ];
}
