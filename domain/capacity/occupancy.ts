import { isOurs, type Ownership } from '../pods';
import { toResourceList } from '../quantity';
import { podRequests, type RequestingPod } from './pod-requests';

/** A pod in the physical cluster. */
export interface OccupyingPod extends RequestingPod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: RequestingPod['spec'] & { readonly nodeName?: string };
  readonly status?: RequestingPod['status'] & { readonly phase?: string };
}

/** Whether a pod holds anything of its node: it frees everything the moment it has ended, not when it is deleted. */
export function occupiesNode({ status }: Pick<OccupyingPod, 'status'>): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/**
 * Two states of a pod with the same signature take the same from the same node, so that lendable capacity does not change
 * between them. `null`, no pod, takes nothing. Heartbeats, restarts and conditions do not show in it; a resize in place does.
 */
export function occupancySignature(pod: OccupyingPod | null, borrower: Ownership): string {
  const node = pod?.spec.nodeName ?? '';
  if (pod === null || node === '' || !occupiesNode(pod)) return '';
  return isOurs(pod, borrower) ? '' : JSON.stringify([node, toResourceList(podRequests(pod))]);
}
