/** A pod as a path names it. */
export interface PodPath {
  readonly namespace: string;
  readonly name: string;
  /** Only this pod, not another of its name; absent: any. */
  readonly uid?: string;
}

/** Routes that belong to a node, not to a pod. */
export type NodeRouteKind =
  | 'pods'
  | 'runningpods'
  | 'healthz'
  | 'stats/summary'
  | 'metrics'
  | 'metrics/resource'
  | 'metrics/cadvisor'
  | 'metrics/probes';

/** A route that ends in a raw byte stream; a port is the pod's, everything else a container's. */
export type StreamRoute =
  | { readonly kind: 'exec' | 'attach'; readonly pod: PodPath; readonly container: string }
  | { readonly kind: 'portForward'; readonly pod: PodPath };

/** A route that finds its pod by namespace and name. */
export type PodRoute = StreamRoute | { readonly kind: 'containerLogs'; readonly pod: PodPath; readonly container: string };

/** What a request to a kubelet asks for. */
export type KubeletRoute = PodRoute | { readonly kind: NodeRouteKind };

const NODE_ROUTES: ReadonlySet<string> = new Set<NodeRouteKind>([
  ...(['pods', 'runningpods', 'healthz', 'stats/summary'] as const),
  ...(['metrics', 'metrics/resource', 'metrics/cadvisor', 'metrics/probes'] as const),
]);

/** Names and UIDs as Kubernetes allows them: nothing that could climb or split the path of a further request. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Reads the path of a request, query excluded, as a kubelet's router does
 * (https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/kubelet/server/server.go); null: nothing is served there.
 */
export function kubeletRoute(path: string): KubeletRoute | null {
  const trimmed = path.replace(/^\//, '').replace(/\/$/, '');
  if (NODE_ROUTES.has(trimmed)) return { kind: trimmed as NodeRouteKind };
  const [kind = '', ...names] = trimmed.split('/');
  if (!names.every((name) => NAME.test(name))) return null;
  return podRoute(kind, names);
}

/** How many names a path has after its first segment: namespace, pod, perhaps a UID, and the container. */
const NAMES: Readonly<Record<PodRoute['kind'], readonly number[]>> = {
  containerLogs: [3],
  exec: [3, 4],
  attach: [3, 4],
  portForward: [2, 3],
};

/** A path on a port that stands for all vnodes. */
export interface SharedPath {
  /** Null: the path names none. */
  readonly vnode: string | null;
  /** The rest, as on a port of the vnode's own. */
  readonly path: string;
}

/** Splits `/<vnode>/metrics`, which is how the routes of a node are told apart where one port stands for all vnodes. */
export function sharedPath(path: string): SharedPath {
  const [, vnode = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(path) ?? [];
  return NAME.test(vnode) && NODE_ROUTES.has(rest.replace(/\/$/, '')) ? { vnode, path: `/${rest}` } : { vnode: null, path };
}

function podRoute(first: string, names: readonly string[]): PodRoute | null {
  if (!Object.hasOwn(NAMES, first)) return null;
  const kind = first as PodRoute['kind'];
  if (!NAMES[kind].includes(names.length)) return null;
  const [namespace = '', name = '', ...rest] = names;
  if (kind === 'portForward') return { kind, pod: podPath(namespace, name, rest[0]) };
  const [container = '', uid] = rest.reverse();
  return { kind, pod: podPath(namespace, name, uid), container };
}

function podPath(namespace: string, name: string, uid: string | undefined): PodPath {
  return uid === undefined ? { namespace, name } : { namespace, name, uid };
}

/** Whether the route ends in a raw byte stream. */
export function isStream(route: KubeletRoute): route is StreamRoute {
  return route.kind === 'exec' || route.kind === 'attach' || route.kind === 'portForward';
}

/** Whether a kubelet takes `method` on this route. */
export function takesMethod(route: KubeletRoute, method: string): boolean {
  return method === 'GET' || (method === 'POST' && isStream(route));
}
