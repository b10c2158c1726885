import { NANOS, type Quantity } from './quantity';

/** As far as `parseQuantity` reads. */
const EXPONENT_SUFFIXES = Array.from({ length: 24 }, (_, i) => (i === 3 ? '' : `e${3 * i - 9}`));
const DECIMAL_SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * The canonical text of a quantity: no fraction, the largest suffix that keeps it whole.
 * A binary quantity below 1024 or with a fraction is written in decimal, as the API server does.
 */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.format === 'BinarySI' && isBinaryExact(quantity.nanos)) {
    return shorten(quantity.nanos / NANOS, 1024n, BINARY_SUFFIXES);
  }
  const suffixes = quantity.format === 'DecimalExponent' ? EXPONENT_SUFFIXES : DECIMAL_SUFFIXES;
  return quantity.nanos === 0n ? '0' : shorten(quantity.nanos, 1000n, suffixes);
}

function isBinaryExact(nanos: bigint): boolean {
  const magnitude = nanos < 0n ? -nanos : nanos;
  return magnitude % NANOS === 0n && magnitude >= 1024n * NANOS;
}

function shorten(value: bigint, base: bigint, suffixes: readonly string[]): string {
  let number = value;
  let index = 0;
  while (index < suffixes.length - 1 && number % base === 0n) {
    number /= base;
    index++;
  }
  return `${number}${suffixes[index] ?? ''}`;
}
