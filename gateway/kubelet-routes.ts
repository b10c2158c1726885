import type { IncomingMessage, ServerResponse } from 'node:http';

/** First path segments of the kubelet's API, as API server and metrics clients call them. */
const KUBELET_ROUTES: ReadonlySet<string> = new Set([
  ...['containerLogs', 'logs', 'exec', 'attach', 'portForward', 'run', 'checkpoint', 'cri'],
  ...['pods', 'runningpods', 'stats', 'spec', 'configz', 'debug'],
]);
const METRICS_ROUTES: ReadonlySet<string> = new Set(['/metrics/resource', '/metrics/cadvisor', '/metrics/probes', '/metrics/slis']);

/** Answers what a kubelet would serve with 501 and one sentence, and everything else with 404. */
export function answerKubeletRoute(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?', 1)[0] ?? '/';
  const segment = path.split('/', 2)[1] ?? '';
  const known = KUBELET_ROUTES.has(segment) || METRICS_ROUTES.has(path);
  response.writeHead(known ? 501 : 404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(known ? `The Kubeocean gateway does not serve ${routeName(path, segment)} of virtual nodes yet.\n` : 'not found\n');
  // A body that nobody reads would keep the connection.
  request.resume();
}

function routeName(path: string, segment: string): string {
  return METRICS_ROUTES.has(path) ? path : `/${segment}`;
}
