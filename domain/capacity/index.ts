export { type CapacityFacts, lendableCapacity, type OccupyingPod } from './lendable';
export { podRequests, type RequestingPod } from './pod-requests';
