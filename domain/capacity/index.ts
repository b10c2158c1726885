export { type CapacityFacts, lendableCapacity } from './lendable';
export { occupancySignature, occupiesNode, type OccupyingPod } from './occupancy';
export { podRequests, type RequestingPod } from './pod-requests';
