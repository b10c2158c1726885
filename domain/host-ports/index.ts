export { declaredHostPorts, foreignHostPorts, type HostPort, hostPortSignature, type PortHoldingPod } from './host-ports';
export { isPlaceholder, type NewPlaceholder, placeholderNamespace, toPlaceholder } from './placeholder';
export { declaresHostPort, type PlaceholderFacts, type PlaceholderPlan, planPlaceholders, scheduledPatch } from './plan';
