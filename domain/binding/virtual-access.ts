import { type ConditionClaim, Reason } from '../conditions';
import type { EndpointSource } from '../pods/translation/endpoints';

/** How pods of a binding reach the virtual cluster (spec pods.md 1.7). */
export interface VirtualAccess {
  readonly api: EndpointSource;
  readonly dns: EndpointSource;
  /** Name of a DNS server that does not resolve; null: there is none. */
  readonly unresolvedDns: string | null;
}

/** Condition `VirtualAPIAccess`: whether pods find the API server, who says where, and what they do for names. */
export function virtualAccessClaim({ api, dns, unresolvedDns }: VirtualAccess): ConditionClaim {
  const words = API[api];
  const names = unresolvedDns === null ? DNS[dns] : `The DNS server ${unresolvedDns} does not resolve: pods that need it wait.`;
  return {
    type: 'VirtualAPIAccess',
    status: api === 'None' ? 'False' : 'True',
    reason: words.reason,
    message: [words.message, names].filter((text) => text !== '').join(' '),
  };
}

const API: Readonly<Record<EndpointSource, Pick<ConditionClaim, 'reason' | 'message'>>> = {
  Binding: { reason: Reason.EndpointConfigured, message: 'Pods reach the API of the virtual cluster as spec.virtualCluster.apiServer says.' },
  Service: { reason: Reason.IntranetServiceFound, message: 'Pods reach the API of the virtual cluster through Service default/kubernetes-intranet.' },
  None: {
    reason: Reason.IntranetServiceMissing,
    message:
      'Pods do not reach the API of the virtual cluster: set spec.virtualCluster.apiServer, or give Service default/kubernetes-intranet a load balancer.',
  },
};

const DNS: Readonly<Record<EndpointSource, string>> = {
  Binding: '',
  Service: '',
  None: 'Pods run with dnsPolicy Default: set spec.virtualCluster.dns, or give Service kube-system/kube-dns-intranet a load balancer.',
};
