import type { Node } from 'kubernetes-types/core/v1';
import type { Informer } from '../../kube';
import type { Logger } from '../../workers/observability/logger';
import { floodLog } from '../failure-log';
import type { KubeletApi } from '../kubelet/kubelet-api';
import { KubeletPorts } from '../kubelet-ports';
import { FIGURES_KINDS } from './node-figures';
import { NodeFigures } from './serve-figures';

/** What the ports of single vnodes share with the rest of their process. */
export interface VnodesInput {
  readonly kubelet: KubeletApi;
  readonly vnodes: Informer<Node>;
  readonly logger: Logger;
  /** Null: none. */
  readonly prometheusPort: number | null;
}

/**
 * Serves what belongs to single vnodes: a port for each, and their figures. The port for Prometheus is opened once: where another
 * process has it, the ports of the vnodes show the same.
 */
export function serveVnodes({ kubelet, vnodes, logger, prometheusPort }: VnodesInput): { stop(): Promise<void> } {
  const figures = new NodeFigures({ vnodes, view: kubelet.view, apis: kubelet.apis, onError: floodLog(logger, 'figures of physical nodes not known') });
  for (const kind of FIGURES_KINDS) kubelet.answer(kind, (admitted, response) => figures.serve(kind, admitted, response));
  let ports: KubeletPorts | null = null;
  let stopped = false;
  const cannotOpen = floodLog(logger, 'port of the kubelet API not opened');
  const opening = kubelet.listeners().then(async (listeners) => {
    if (stopped) return;
    ports = new KubeletPorts({ vnodes, open: (port, vnode) => listeners.listen(port, vnode), onError: cannotOpen });
    if (prometheusPort !== null) await listeners.listen(prometheusPort).catch((error: unknown) => cannotOpen({ port: prometheusPort }, error));
  });
  opening.catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      figures.stop();
      await ports?.stop();
    },
  };
}
