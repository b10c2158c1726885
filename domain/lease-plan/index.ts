export {
  type LeasePlan,
  leasePlan,
  type LeasePlanFacts,
  type Lending,
  type PlannedEdge,
  type PlannedReclaim,
} from './lease-plan';
