import { isStream, type KubeletRoute, type StreamRoute } from './routes';

/** What a caller must be allowed to do with the node: one of the subresources of `nodes` suffices. */
export interface NodeAccess {
  readonly verb: 'get' | 'create';
  /** In the order in which they are asked for. */
  readonly subresources: readonly string[];
}

/**
 * The right that a route needs, as a kubelet asks for it
 * (https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/), with one door closed: a shell or a tunnel is
 * always `create`. A kubelet takes the verb from the HTTP method, so that whoever may GET gets a shell by WebSocket.
 */
export function accessFor(route: KubeletRoute): NodeAccess {
  if (isStream(route)) {
    return { verb: 'create', subresources: route.kind === 'portForward' ? ['proxy'] : ['proxy', 'exec'] };
  }
  return { verb: 'get', subresources: readableBy(route.kind) };
}

function readableBy(kind: Exclude<KubeletRoute, StreamRoute>['kind']): readonly string[] {
  switch (kind) {
    case 'containerLogs':
      return ['proxy', 'log'];
    case 'pods':
    case 'runningpods':
      return ['pods', 'proxy'];
    case 'healthz':
      return ['healthz', 'proxy'];
    case 'stats/summary':
      return ['stats'];
    default:
      return ['metrics'];
  }
}
