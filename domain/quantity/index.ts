export {
  addAmounts,
  type Amounts,
  maxAmounts,
  type ResourceList,
  sameResources,
  toAmounts,
  toResourceList,
} from './amounts';
export { formatQuantity } from './format';
export { granularityOf } from './granularity';
export { parseQuantity } from './parse';
export {
  addQuantities,
  compareQuantities,
  floorTo,
  maxQuantity,
  minQuantity,
  percentOf,
  type Quantity,
  type QuantityFormat,
  subtractQuantities,
  ZERO,
} from './quantity';
