import { MILLI, NANOS } from './quantity';
import { parseQuantity } from './parse';

const HUGE_PAGES = 'hugepages-';

/**
 * The smallest amount of a resource that can be lent, in nano-units: a thousandth of a CPU, one page of huge pages, and
 * one of everything else (a byte, a pod, a GPU). The API server rejects fractions of countable and extended resources.
 */
export function granularityOf(resource: string): bigint {
  if (resource === 'cpu') {
    return MILLI;
  }
  if (resource.startsWith(HUGE_PAGES)) {
    const page = parseQuantity(resource.slice(HUGE_PAGES.length))?.nanos ?? 0n;
    return page > 0n ? page : NANOS;
  }
  return NANOS;
}
