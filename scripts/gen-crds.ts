/** Writes `deploy/crds` from the schemas in `api/schema`: `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { API_GROUP } from '../api/names/group';
import { customResources, toCustomResourceDefinition } from '../api/schema/crd';

/** First line of every generated file. */
const HEADER = '# Generated from api/schema by `npm run generate`; edit the schema, not this file.\n';

/** The generated files: name below `deploy/crds` → content. Deterministic. */
export function renderCrds(): Record<string, string> {
  return Object.fromEntries(
    customResources.map((resource) => [
      `${API_GROUP}_${resource.plural}.yaml`,
      HEADER + stringify(toCustomResourceDefinition(resource), { lineWidth: 120, aliasDuplicateObjects: false }),
    ]),
  );
}

function main(): void {
  // npm runs scripts in the root of the package.
  const folder = resolve('deploy', 'crds');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(renderCrds())) writeFileSync(join(folder, name), content);
}

if (require.main === module) main();
