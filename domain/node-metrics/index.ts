export { type CounterMemory, NO_MEMORY } from './counters';
export { NodeTotals } from './node-totals';
export { type OwnPod, type OwnPods, ownPods, type OwnPodsFacts, podKey } from './own-pods';
export { expositionRewriter, type ExpositionRules } from './rewrite-exposition';
export { rewriteSummary, type SummaryRules } from './rewrite-summary';
export { JsonNumber, type LosslessJson, type LosslessObject, parseLossless, stringifyLossless } from './lossless-json';
export { expositionOf, nodeExpositionOf, summaryOf } from './from-usage';
export { countUsage, type PodUsage, type UsageMemory } from './usage';
