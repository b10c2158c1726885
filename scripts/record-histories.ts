/**
 * Records `test/workflow/histories` anew: one history of each workflow, which the workflow tests replay. To be run when a workflow
 * is new, never to silence a failing replay of released code: that needs `patched()`.
 * `npx tsc -p tsconfig.build.json && node dist/scripts/record-histories.js`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recordHistories } from '../test/support/workflow/recording';
import { startSharedServer } from '../test/support/workflow/shared-server';
import { World } from '../test/support/workflow/world';

async function main(): Promise<void> {
  const folder = resolve('test', 'workflow', 'histories');
  mkdirSync(folder, { recursive: true });
  const server = await startSharedServer();
  try {
    const world = await World.open(server);
    const histories = await recordHistories(world).finally(() => world.close());
    for (const [type, json] of Object.entries(histories)) writeFileSync(join(folder, `${type}.json`), json);
  } finally {
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
