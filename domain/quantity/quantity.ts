/**
 * How a quantity was written, which decides how its results are written
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/).
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact Kubernetes quantity. Never crosses a payload: `bigint` is not JSON. */
export interface Quantity {
  /** The value in billionths, the finest unit that Kubernetes keeps. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** Nano-units in one. */
export const NANOS = 1_000_000_000n;
/** Nano-units in one thousandth: the smallest share of a CPU. */
export const MILLI = NANOS / 1000n;

/** The quantity 0. */
export const ZERO: Quantity = { nanos: 0n, format: 'DecimalSI' };

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nanos === b.nanos ? 0 : a.nanos < b.nanos ? -1 : 1;
}

/** The smaller one; `a` when they are equal. */
export function minQuantity(a: Quantity, b: Quantity): Quantity {
  return compareQuantities(b, a) < 0 ? b : a;
}

/** The larger one; `a` when they are equal. */
export function maxQuantity(a: Quantity, b: Quantity): Quantity {
  return compareQuantities(b, a) > 0 ? b : a;
}

/** The sum, in the format of `a` unless `a` is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

/** `a` less `b`, in the format of `a`, never below zero. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { ...a, nanos: a.nanos > b.nanos ? a.nanos - b.nanos : 0n };
}

/** The largest multiple of `step` nano-units that is not above a non-negative quantity. */
export function floorTo(quantity: Quantity, step: bigint): Quantity {
  return { ...quantity, nanos: quantity.nanos - (quantity.nanos % step) };
}

/**
 * `percent` of a non-negative quantity in its own format, exact to the nano-unit and rounded down.
 * A percent outside 0 to 100 is clamped: the CRD rejects it, and nobody lends more than there is.
 */
export function percentOf(quantity: Quantity, percent: number): Quantity {
  const clamped = BigInt(Math.trunc(Math.min(100, Math.max(0, percent))));
  return { ...quantity, nanos: (quantity.nanos * clamped) / 100n };
}
