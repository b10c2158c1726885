import type { Quantity } from '../quantity';

const MILLI = 1_000_000n;
const ONE = 1_000_000_000n;
const MEBI = ONE * 1024n * 1024n;

/** Resources that have metrics, with their unit in billionths (spec leasing.md 14.1). */
const UNITS: Readonly<Record<string, bigint>> = {
  cpu: MILLI,
  'gocrane.io/cpu': MILLI,
  memory: MEBI,
  'ephemeral-storage': MEBI,
  'gocrane.io/memory': MEBI,
  'nvidia.com/gpu': ONE,
  'tke.cloud.tencent.com/eni-ip': ONE,
  'tke.cloud.tencent.com/sub-eni': ONE,
  'tke.cloud.tencent.com/direct-eni': ONE,
  'tke.cloud.tencent.com/tke-shared-rdma': ONE,
};

/**
 * An amount as a metric shows it: millicores, MiB, or a count, rounded down. `null` for a resource that has no metric, `pods` among
 * them.
 */
export function exportedFigure(resource: string, { nanos }: Quantity): number | null {
  const unit = Object.hasOwn(UNITS, resource) ? UNITS[resource] : undefined;
  return unit === undefined ? null : Number(nanos / unit);
}
