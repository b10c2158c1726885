import { Annotation, Label, SYSTEM_NAMESPACES } from '../../../api/names/keys';
import type { PodObject } from '../types';

/** Why a virtual pod never gets a copy. */
export type IgnoredBecause = 'SystemNamespace' | 'HostPortPlaceholder' | 'DaemonSet';

/**
 * Whether a pod on a vnode is left alone, and why; null: it is run (spec pods.md 1.1, 4.2):
 * - system namespaces, whatever else is said;
 * - placeholders of host ports;
 * - pods with a DaemonSet among their owners, unless the pod or the binding opts in.
 */
export function ignoredBecause(
  { metadata }: Pick<PodObject, 'metadata'>,
  binding: { readonly runningDaemonsetByDefault?: boolean },
): IgnoredBecause | null {
  if (SYSTEM_NAMESPACES.includes(metadata.namespace)) return 'SystemNamespace';
  if (metadata.labels?.[Label.HostPortFakePod] === 'true') return 'HostPortPlaceholder';
  const daemon = (metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet');
  const optedIn = binding.runningDaemonsetByDefault || metadata.annotations?.[Annotation.RunningDaemonset] === 'true';
  return daemon && !optedIn ? 'DaemonSet' : null;
}
