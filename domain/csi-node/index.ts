export { type CsiNodeFacts, type CsiNodeObject, type CsiNodePatch, type CsiNodePlan, type NewCsiNode, planCsiNode } from './plan';
