import type { ServerResponse } from 'node:http';
import type { Pod } from 'kubernetes-types/core/v1';
import { Pods, type KubeClient } from '../../kube';
import type { NodeHandler } from './kubelet-server';

/** `/pods` and `/runningpods` of one vnode: its virtual pods, as the virtual cluster knows them. */
export function podRoutes(client: KubeClient): { pods: NodeHandler; runningpods: NodeHandler } {
  const podsOn = async (node: string) => (await client.list<Pod>(Pods, { fieldSelector: `spec.nodeName=${node}` })).items;
  return {
    pods: async ({ node }, response) => sendPods(response, await podsOn(node)),
    runningpods: async ({ node }, response) => sendPods(response, (await podsOn(node)).flatMap(asRunning)),
  };
}

function sendPods(response: ServerResponse, items: readonly Pod[]): void {
  const list = { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
}

/** What a container runtime would know: names, images and nothing else; pods without a running container are left out. */
function asRunning({ metadata, spec, status }: Pod): Pod[] {
  const { containerStatuses = [], initContainerStatuses = [] } = status ?? {};
  const running = new Set([...containerStatuses, ...initContainerStatuses].filter(({ state }) => state?.running).map(({ name }) => name));
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter(({ name }) => running.has(name));
  if (containers.length === 0) return [];
  const { name, namespace, uid } = metadata ?? {};
  return [{ metadata: { name, namespace, uid }, spec: { containers: containers.map(({ name: own, image }) => ({ name: own, image })) }, status: {} }];
}
