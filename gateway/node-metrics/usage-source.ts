import { selectorOf } from '../../activities/fleet/selector';
import { type PodUsage } from '../../domain/node-metrics';
import { ownershipLabels } from '../../domain/pods/identity/ownership';
import type { Ownership } from '../../domain/pods';
import type { KubeClient } from '../../kube';

/** How long an answer counts for all vnodes of a binding, milliseconds: metrics-server makes a new one each 15 s. */
const FRESH_MILLIS = 5_000;
const TIMEOUT_MILLIS = 10_000;

/** What the pods of one binding use, as the physical cluster's metrics API says. */
export class UsageSource {
  private asked = Number.NEGATIVE_INFINITY;
  private answer: Promise<readonly PodUsage[]> = Promise.resolve([]);

  constructor(
    private readonly client: KubeClient,
    private readonly mountNamespace: string,
    private readonly ownership: Ownership,
  ) {}

  /** @throws KubeError */
  read(now: number): Promise<readonly PodUsage[]> {
    if (now - this.asked >= FRESH_MILLIS) {
      this.asked = now;
      this.answer = this.ask();
      // An answer that failed is nobody's twice.
      this.answer.catch(() => (this.asked = Number.NEGATIVE_INFINITY));
    }
    return this.answer;
  }

  private async ask(): Promise<readonly PodUsage[]> {
    const selector = encodeURIComponent(selectorOf(ownershipLabels(this.ownership)));
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${this.mountNamespace}/pods?labelSelector=${selector}`;
    const { items = [] } = await this.client.raw<{ items?: readonly PodUsage[] }>('GET', path, { timeoutMs: TIMEOUT_MILLIS });
    return items;
  }
}
