import type { ResolvedOwner } from '../identity/workload';
import type { Ownership } from '../types';
import type { Endpoint } from './endpoints';

/** Address of a service of the virtual cluster as its pods reach it from the physical one. */
export interface VirtualEndpoint extends Endpoint {
  /** The host's address now; null: its name does not resolve. */
  readonly ip: string | null;
}

/** What besides the virtual pod decides how its copy looks. */
export interface TranslationContext extends Ownership {
  /** Physical namespace that receives every copy. */
  readonly mountNamespace: string;
  /** Name of the physical node behind the vnode. */
  readonly physicalNode: string;
  /** True: bound by name, without the physical scheduler. Default false. */
  readonly directScheduling?: boolean;
  /** Default `kubeocean-default`. */
  readonly podPriorityClassName?: string;
  /** API server of the virtual cluster; null: pods get neither the alias nor the environment (spec pods.md 1.7). */
  readonly virtualApi: VirtualEndpoint | null;
  /** IP of the virtual cluster's DNS; null: pods use the node's resolver. */
  readonly dns: string | null;
  /** True: Services are mirrored, so pods find them by the physical cluster's own DNS. Default false. */
  readonly resolvesThere?: boolean;
  /** What controls the pod's owner, if somebody read it. */
  readonly resolvedOwner?: ResolvedOwner;
}
