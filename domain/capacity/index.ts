export { exportedFigure } from './exported';
export { type CapacityFacts, lendableCapacity, type NodeFigures, nodeFigures } from './lendable';
export { occupancySignature, occupiesNode, type OccupyingPod } from './occupancy';
export { podRequests, type RequestingPod } from './pod-requests';
