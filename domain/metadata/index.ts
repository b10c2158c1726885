export { copiedAnnotations, copiedLabels } from './copied';
export { decodeExpected, encodeExpected, type ExpectedMetadata, NOTHING_EXPECTED } from './expected';
export { mapPatch, mergeOwned, mergeOwnedList, type StringMap, type ThreeWay } from './merge-owned';
