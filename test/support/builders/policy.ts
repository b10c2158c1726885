import type {
  ObjectMeta,
  ResourceLeasingPolicy,
  ResourceLeasingPolicySpec,
  ResourceLeasingPolicyStatus,
} from '../../../api/names/types';
import { deepFreeze } from './pod';

/** A live policy of binding `east` that lends every node, always and in full; each method returns a changed copy. */
export function aPolicy(name = 'nights'): PolicyBuilder {
  return new PolicyBuilder({
    apiVersion: 'cloud.tencent.com/v1beta1',
    kind: 'ResourceLeasingPolicy',
    metadata: { name, uid: `${name}-uid`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { cluster: 'east' },
  });
}

/** Immutable builder of ResourceLeasingPolicies. */
export class PolicyBuilder {
  constructor(private readonly policy: ResourceLeasingPolicy) {}

  meta(metadata: Partial<ObjectMeta>): PolicyBuilder {
    return new PolicyBuilder({ ...this.policy, metadata: { ...this.policy.metadata, ...metadata } });
  }

  spec(spec: Partial<ResourceLeasingPolicySpec>): PolicyBuilder {
    return new PolicyBuilder({ ...this.policy, spec: { ...this.policy.spec, ...spec } });
  }

  /** Selects nodes by one label. */
  selecting(key: string, ...values: string[]): PolicyBuilder {
    return this.spec({
      nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values }] }] },
    });
  }

  /** Open every day from `start` to the end of minute `end`. */
  openFrom(start: string, end: string): PolicyBuilder {
    return this.spec({ timeWindows: [{ start, end }] });
  }

  status(status: ResourceLeasingPolicyStatus): PolicyBuilder {
    return new PolicyBuilder({ ...this.policy, status });
  }

  build(): ResourceLeasingPolicy {
    return deepFreeze(this.policy);
  }
}
