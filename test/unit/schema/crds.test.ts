import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { customResources, toCustomResourceDefinition } from '../../../api/schema/crd';
import type { StructuralSchema } from '../../../api/schema/structural';
import { renderCrds } from '../../../scripts/gen-crds';

const folder = join(__dirname, '../../../deploy/crds');

it('has generated what is committed (else: npm run generate)', () => {
  const committed = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
  expect(Object.fromEntries(committed)).toEqual(renderCrds());
});

/** Every node of a schema with the path that leads to it. */
function* nodes(schema: StructuralSchema, path = ''): Generator<[string, StructuralSchema]> {
  yield [path, schema];
  if (schema.items) yield* nodes(schema.items, `${path}[]`);
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* nodes(child, `${path}.${name}`);
}

describe.each(customResources.map((resource) => [resource.kind, resource] as const))('%s', (_kind, resource) => {
  const [version] = toCustomResourceDefinition(resource).spec.versions;
  const schema = version?.schema.openAPIV3Schema as StructuralSchema;
  const all = [...nodes(schema)];

  it('explains every field that users write', () => {
    const silent = all.filter(([path, node]) => path.startsWith('.spec') && !path.endsWith(']') && node.description === undefined);
    expect(silent.map(([path]) => path)).toEqual([]);
  });

  it('keeps to what a structural schema may contain', () => {
    for (const [, node] of all) {
      expect(node).not.toHaveProperty('additionalProperties');
      expect(node).not.toHaveProperty('$ref');
      if (node['x-kubernetes-int-or-string'] !== true) expect(typeof node.type).toBe('string');
    }
  });

  it('has no default: what is absent means what it meant', () => {
    expect(all.filter(([, node]) => 'default' in node)).toEqual([]);
  });
});
