import { formatQuantity } from './format';
import { parseQuantity } from './parse';
import { addQuantities, compareQuantities, maxQuantity, type Quantity, ZERO } from './quantity';

/** Resource name → quantity, as the API server gives it. */
export type ResourceList = Readonly<Record<string, string | number>>;
/** Resource name → exact quantity. */
export type Amounts = Readonly<Record<string, Quantity>>;

/** Exact amounts of a resource list. An entry that is no quantity is left out: what cannot be read is not counted on. */
export function toAmounts(list: ResourceList | undefined): Amounts {
  const amounts: Record<string, Quantity> = {};
  for (const [resource, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    if (quantity !== null) {
      amounts[resource] = quantity;
    }
  }
  return amounts;
}

/** Canonical text of amounts, sorted by resource. */
export function toResourceList(amounts: Amounts): Record<string, string> {
  const sorted = Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([resource, quantity]) => [resource, formatQuantity(quantity)]));
}

/** Sum per resource. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, addQuantities);
}

/** Larger of both per resource. */
export function maxAmounts(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, maxQuantity);
}

/** True where both lists name the same resources in the same amounts, however they are written. */
export function sameResources(a: ResourceList | undefined, b: ResourceList | undefined): boolean {
  const left = toAmounts(a);
  const right = toAmounts(b);
  return (
    Object.keys(left).length === Object.keys(right).length &&
    Object.entries(left).every(([resource, quantity]) => {
      const other = right[resource];
      return other !== undefined && compareQuantities(quantity, other) === 0;
    })
  );
}

function merge(a: Amounts, b: Amounts, combine: (a: Quantity, b: Quantity) => Quantity): Amounts {
  const merged: Record<string, Quantity> = { ...a };
  for (const [resource, quantity] of Object.entries(b)) {
    merged[resource] = combine(merged[resource] ?? ZERO, quantity);
  }
  return merged;
}
