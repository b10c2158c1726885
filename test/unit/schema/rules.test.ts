import type { z } from 'zod';
import { clusterBindingSchema } from '../../../api/schema/cluster-binding';
import { resourceLeasingPolicySchema } from '../../../api/schema/resource-leasing-policy';
import { bindingRows, bindingSpec, policyRows, policySpec } from './spec-rules';

/** `accepted`, or the path of the first field that zod blames, written as the API server writes it. */
function verdict(schema: z.ZodType, object: object): string {
  const { error } = schema.safeParse(object);
  if (error === undefined) return 'accepted';
  const path = error.issues[0]?.path ?? [];
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').slice(1);
}

describe('ClusterBinding', () => {
  it.each(bindingRows)('%s', (_name, change, expected) => {
    const object = { metadata: { name: 'cluster-a' }, spec: { ...bindingSpec, ...change } };
    expect(verdict(clusterBindingSchema, object)).toBe(expected);
  });

  it('needs a spec', () => {
    expect(verdict(clusterBindingSchema, { metadata: { name: 'cluster-a' } })).toBe('spec');
  });

  it.each([
    [63, 'accepted'],
    [64, 'metadata.name'],
  ])('has a name that fits a label: %d characters', (length, expected) => {
    expect(verdict(clusterBindingSchema, { metadata: { name: 'a'.repeat(length) }, spec: bindingSpec })).toBe(expected);
  });
});

describe('ResourceLeasingPolicy', () => {
  it.each(policyRows)('%s', (_name, change, expected) => {
    const object = { metadata: { name: 'nights' }, spec: { ...policySpec, ...change } };
    expect(verdict(resourceLeasingPolicySchema, object)).toBe(expected);
  });
});
