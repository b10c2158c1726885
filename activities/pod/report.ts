import type { PodReport } from '../../domain/pods/reasons';
import type { PodObject } from '../../domain/pods/types';
import { recordEvent } from '../../kube';
import type { KubeClient } from '../../kube';

/** Name under which our events are reported. */
export const COMPONENT = 'kubeocean';

/** Says on the vPod what happened to it. Best effort: never throws. */
export async function reportOnPod({ virtual }: { readonly virtual: { readonly client: KubeClient } }, { metadata }: PodObject, report: PodReport): Promise<void> {
  await recordEvent(virtual.client, {
    regarding: { apiVersion: 'v1', kind: 'Pod', metadata },
    ...report,
    reportingComponent: COMPONENT,
  });
}
