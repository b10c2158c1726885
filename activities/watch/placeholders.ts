import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import { PLACEHOLDER_NAMESPACE } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import { placeholderNamespace, scheduledPatch } from '../../domain/host-ports';
import type { NewPlaceholder } from '../../domain/host-ports';
import type { PodObject } from '../../domain/pods';
import type { NodeObject } from '../../domain/vnode';
import { isKubeError, Namespaces, Pods, recordEvent } from '../../kube';
import type { KubeClient } from '../../kube';
import { isAllowed } from '../fleet/is-allowed';
import { COMPONENT } from '../pod/report';

/** Writes the placeholders of host ports into the virtual cluster. */
export class Placeholders {
  constructor(private readonly client: KubeClient) {}

  /**
   * Makes one, and its namespace where that is missing; no error where it exists. That it is scheduled is said once it shows in the list.
   * @throws KubeError; where a right is missing, an event on the vnode has said how to get it
   */
  async create(placeholder: NewPlaceholder, vnode: NodeObject): Promise<void> {
    try {
      await this.createWithNamespace(placeholder);
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) return;
      if (isKubeError(error, 'Unauthorized')) await this.reportMissingRight(vnode);
      throw error;
    }
  }

  /** Nobody scheduled it: it was created on its node. @throws KubeError */
  async mark({ metadata }: PodObject, scheduled: boolean): Promise<void> {
    const patch = { kind: 'merge', body: scheduledPatch(scheduled, Date.now()) } as const;
    await this.client.patch(Pods, metadata, patch, { subresource: 'status' });
  }

  /** What a store says may be behind another worker, or behind our own last write. @throws KubeError */
  async isThere({ metadata }: PodObject): Promise<boolean> {
    const live = await this.client.get<Pod>(Pods, metadata);
    return live?.metadata?.uid === metadata.uid;
  }

  /** At once; no error where it is gone. @throws KubeError */
  async remove({ metadata }: PodObject): Promise<void> {
    await this.client.remove(Pods, metadata, { uid: metadata.uid, gracePeriodSeconds: 0 });
  }

  private async createWithNamespace(placeholder: NewPlaceholder): Promise<void> {
    try {
      await this.client.create<Pod>(Pods, placeholder);
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error;
      await this.createNamespace();
      await this.client.create<Pod>(Pods, placeholder);
    }
  }

  private async createNamespace(): Promise<void> {
    try {
      await this.client.create<Namespace>(Namespaces, placeholderNamespace());
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    }
  }

  /**
   * The right lives in the namespace and goes with it. We could only give it back to ourselves if we might create pods anywhere,
   * so somebody else has to. A namespace that is new refuses pods for a moment, which is nothing to tell.
   */
  private async reportMissingRight({ metadata }: NodeObject): Promise<void> {
    if (await isAllowed(this.client, { verb: 'create', resource: 'pods', namespace: PLACEHOLDER_NAMESPACE })) return;
    const message =
      'Pods that want a host port which the owner uses may be scheduled here in vain: ' +
      `pods may not be created in namespace ${PLACEHOLDER_NAMESPACE}. Run "kubeocean install --role virtual" in the virtual cluster.`;
    const regarding = { apiVersion: 'v1', kind: 'Node', metadata };
    await recordEvent(this.client, { regarding, type: 'Warning', reason: Reason.HostPortsNotReserved, message, reportingComponent: COMPONENT });
  }
}
