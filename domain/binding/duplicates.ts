import type { ClusterBinding } from '../../api/names/types';
import { bySeniority } from '../selection';

/**
 * The binding to which a clusterID belongs, if that is not the one that asks: the oldest with it, then by name. One that
 * is being deleted keeps it until it is gone, since its vnodes carry the clusterID in their names.
 * `null`: the clusterID is its own.
 */
export function elderWithClusterId(binding: ClusterBinding, all: readonly ClusterBinding[]): ClusterBinding | null {
  const claimants = [binding, ...all.filter(({ metadata }) => metadata.name !== binding.metadata.name)].filter(
    ({ spec }) => spec.clusterID === binding.spec.clusterID,
  );
  const [elder] = claimants.toSorted((a, b) => bySeniority(a, b));
  return elder === undefined || elder === binding ? null : elder;
}
