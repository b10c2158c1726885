import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation, Label, MANAGED_BY } from '../../api/names/keys';
import type { PodObject } from '../../domain/pods';
import { Pods, startInformer, type Informer, type KubeClient } from '../../kube';
import { KubeletRefusal } from '../kubelet/refusal';

const BY_NODE = 'node';
const OWNERSHIP: readonly string[] = [Label.ManagedBy, Label.ClusterBinding, Label.VirtualCluster];
const BACK: readonly string[] = [Annotation.VirtualPodNamespace, Annotation.VirtualPodName, Annotation.VirtualPodUid];
/** How long whoever asks first waits for the list, milliseconds. */
const LIST_MILLIS = 8_000;

/** The physical pods of one binding: as much of them as says whose copies they are, and where. */
export class PhysicalPods {
  private readonly informer: Informer<Pod>;

  constructor(client: KubeClient, mountNamespace: string, onError: (error: unknown) => void) {
    this.informer = startInformer(client, Pods, {
      namespace: mountNamespace,
      labelSelector: `${Label.ManagedBy}=${MANAGED_BY}`,
      trim: trimmed,
      indexes: { [BY_NODE]: ({ spec }) => [spec?.nodeName ?? ''] },
      onError,
    });
    // Whoever waits for it has a limit of his own.
    this.informer.synced().catch(() => undefined);
  }

  /** Those on a node. @throws KubeletRefusal where there is no list yet */
  async on(node: string): Promise<readonly PodObject[]> {
    if (!this.informer.hasSynced()) await within(this.informer.synced(), LIST_MILLIS);
    return this.informer.store.by(BY_NODE, node) as readonly PodObject[];
  }

  stop(): Promise<void> {
    return this.informer.stop();
  }
}

function trimmed({ metadata, spec }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, labels, annotations } = metadata ?? {};
  return {
    metadata: { name, namespace, uid, resourceVersion, labels: only(labels, OWNERSHIP), annotations: only(annotations, BACK) },
    spec: { nodeName: spec?.nodeName, containers: [] },
  };
}

function only(map: Readonly<Record<string, string>> | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => keys.includes(key)));
}

async function within(work: Promise<void>, millis: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KubeletRefusal(503, 'the pods of the physical cluster are not known yet')), millis);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
