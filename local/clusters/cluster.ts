import type { Node } from 'kubernetes-types/core/v1';
import { pollUntil } from '../processes/poll';
import { startControlPlane, type ControlPlane, type ControlPlaneInput } from './control-plane';
import { addFakeNodes, isUsable, type FakeNodes } from './fake-nodes';

/** A control plane with what one does to it: let it fail, give it nodes. */
export interface Cluster extends ControlPlane {
  /** Stops the API server; everything that uses it goes on and waits. */
  stop(): Promise<void>;
  /** Starts the API server again at the same address. */
  start(): Promise<void>;
  /** Cuts what goes through {@link ControlPlane.linkedKubeconfig}, and nothing else. Default `hang`. */
  cut: ControlPlane['link']['cut'];
  heal: ControlPlane['link']['heal'];
  /** Creates nodes that kwok plays and waits until pods can be scheduled onto them. */
  addNodes(nodes: FakeNodes): Promise<void>;
  /** Lets go of the connections that this process has; the supervisor stops the processes. */
  disconnect(): Promise<void>;
}

/** {@link startControlPlane}, with handles. */
export async function startCluster(input: ControlPlaneInput): Promise<Cluster> {
  const plane = await startControlPlane(input);
  const { apiServer, link, api } = plane;
  return {
    ...plane,
    stop: () => apiServer.stop(),
    start: () => apiServer.start(),
    cut: (how) => link.cut(how),
    heal: () => link.heal(),
    addNodes: (nodes) => addUsableNodes(plane, nodes, input.supervisor.signal),
    disconnect: async () => {
      await Promise.all([link.close(), api.close()]);
    },
  };
}

async function addUsableNodes({ api, name }: ControlPlane, nodes: FakeNodes, signal: AbortSignal): Promise<void> {
  if (nodes.names.length === 0) return;
  await addFakeNodes(api, nodes);
  const awaited = new Set(nodes.names);
  const isAwaited = (node: Node) => awaited.has(node.metadata?.name ?? '') && isUsable(node);
  await pollUntil(
    async () => {
      const { items } = await api.get<{ items: Node[] }>('/api/v1/nodes?resourceVersion=0');
      return items.filter(isAwaited).length === awaited.size;
    },
    { what: `${awaited.size} nodes of cluster ${name} to be Ready`, within: 120_000, every: 100 + awaited.size, signal },
  );
}
