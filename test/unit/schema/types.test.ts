/** The hand-written types (`api/names`) and the schemas agree. The assertions are types: `npm run typecheck` runs them. */
import type { z } from 'zod';
import type { ClusterBinding, ClusterBindingSpec, ResourceLeasingPolicy, ResourceLeasingPolicySpec } from '../../../api/names/types';
import type { clusterBindingSchema, clusterBindingSpecSchema } from '../../../api/schema/cluster-binding';
import type { resourceLeasingPolicySchema, resourceLeasingPolicySpecSchema } from '../../../api/schema/resource-leasing-policy';

/** Readonly at every depth: the schema's types are mutable, ours are not, and that difference is wanted. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** Compiles only when `A` can stand for `B`. */
type Fits<A extends B, B> = [A, B];
/** Compiles only when nothing is left. */
type None<T extends never> = T;
/** Names of the fields that only one of the two has: an optional one would still be assignable. */
type Unshared<A, B> = Exclude<keyof A, keyof B> | Exclude<keyof B, keyof A>;

type BindingSpec = z.input<typeof clusterBindingSpecSchema>;
type PolicySpec = z.input<typeof resourceLeasingPolicySpecSchema>;
type Binding = z.input<typeof clusterBindingSchema>;
type Policy = z.input<typeof resourceLeasingPolicySchema>;
type Item<T> = NonNullable<T> extends readonly (infer I)[] ? I : never;

export type Assertions = [
  Fits<Frozen<BindingSpec>, Frozen<ClusterBindingSpec>>,
  Fits<Frozen<ClusterBindingSpec>, Frozen<BindingSpec>>,
  None<Unshared<BindingSpec, ClusterBindingSpec>>,
  None<Unshared<BindingSpec['secretRef'], ClusterBindingSpec['secretRef']>>,
  Fits<Frozen<PolicySpec>, Frozen<ResourceLeasingPolicySpec>>,
  Fits<Frozen<ResourceLeasingPolicySpec>, Frozen<PolicySpec>>,
  None<Unshared<PolicySpec, ResourceLeasingPolicySpec>>,
  None<Unshared<Item<PolicySpec['timeWindows']>, Item<ResourceLeasingPolicySpec['timeWindows']>>>,
  None<Unshared<Item<PolicySpec['exceptions']>, Item<ResourceLeasingPolicySpec['exceptions']>>>,
  None<Unshared<Item<PolicySpec['resourceLimits']>, Item<ResourceLeasingPolicySpec['resourceLimits']>>>,
  // The schema's phase is any string, as in the API from the start; what we write is one of ours.
  Fits<Frozen<ClusterBinding['status']>, Frozen<Binding['status']>>,
  None<Unshared<NonNullable<ClusterBinding['status']>, NonNullable<Binding['status']>>>,
  Fits<Frozen<ResourceLeasingPolicy['status']>, Frozen<Policy['status']>>,
  None<Unshared<NonNullable<ResourceLeasingPolicy['status']>, NonNullable<Policy['status']>>>,
];

it('is checked by the compiler', () => {
  const agreed: Assertions | undefined = undefined;
  expect(agreed).toBeUndefined();
});
