import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { clusterBindingSchema } from '../../../api/schema/cluster-binding';
import { resourceLeasingPolicySchema } from '../../../api/schema/resource-leasing-policy';

const sample = (path: string) => parse(readFileSync(join(__dirname, '../../../deploy/samples', path), 'utf8')) as Record<string, unknown>;

describe.each(['cluster-a', 'cluster-b'])('%s', (name) => {
  const secret = sample(`${name}/secret.yaml`) as { metadata: { name: string; namespace: string }; stringData: object };

  it('has a binding that says only what the schema knows', () => {
    const { spec } = sample(`${name}/cluster-binding.yaml`);
    expect(clusterBindingSchema.parse({ spec }).spec).toEqual(spec);
    expect(spec).toMatchObject({ secretRef: secret.metadata });
    expect(Object.keys(secret.stringData)).toEqual(['kubeconfig']);
  });

  it('has a policy for that binding', () => {
    const { spec } = sample(`${name}/resource-leasing-policy.yaml`);
    expect(resourceLeasingPolicySchema.parse({ spec }).spec).toEqual(spec);
    expect(spec).toMatchObject({ cluster: (sample(`${name}/cluster-binding.yaml`).metadata as { name: string }).name });
  });
});
