import type { ClusterBinding } from '../../api/names/types';
import { bySeniority } from '../selection';

/**
 * The binding to which a clusterID belongs, if that is not the one that asks: one that has been Ready before all others, then
 * the oldest, then by name. One that is being deleted keeps it until it is gone, since its vnodes carry the clusterID in their
 * names. Creation times are cut to the second, so age alone would let a newcomer take a clusterID that is in use.
 * `null`: the clusterID is its own.
 */
export function elderWithClusterId(binding: ClusterBinding, all: readonly ClusterBinding[]): ClusterBinding | null {
  const claimants = [binding, ...all.filter(({ metadata }) => metadata.name !== binding.metadata.name)].filter(
    ({ spec }) => spec.clusterID === binding.spec.clusterID,
  );
  const [elder] = claimants.toSorted((a, b) => everReady(b) - everReady(a) || bySeniority(a, b));
  return elder === undefined || elder === binding ? null : elder;
}

/** `lastSyncTime` is written at the transition into Ready, and kept. */
function everReady({ status }: ClusterBinding): number {
  return status?.lastSyncTime === undefined ? 0 : 1;
}
