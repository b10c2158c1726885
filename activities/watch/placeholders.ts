import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import { placeholderNamespace, scheduledPatch } from '../../domain/host-ports';
import type { NewPlaceholder } from '../../domain/host-ports';
import type { PodObject } from '../../domain/pods';
import { isKubeError, Namespaces, Pods } from '../../kube';
import type { KubeClient } from '../../kube';

/** Writes the placeholders of host ports into the virtual cluster. */
export class Placeholders {
  constructor(private readonly client: KubeClient) {}

  /**
   * Makes one, and its namespace where that is missing; no error where it exists. That it is scheduled is said once it shows in the list.
   * @throws KubeError
   */
  async create(placeholder: NewPlaceholder): Promise<void> {
    try {
      await this.createWithNamespace(placeholder);
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
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
}
