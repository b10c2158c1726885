import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Writes the workflow bundle beside the compiled code, so that a worker starts without building anything. */
async function main(): Promise<void> {
  const dist = join(__dirname, '..');
  const logger = { log: skip, trace: skip, debug: skip, info: skip, warn: console.warn, error: console.error };
  const { code } = await bundleWorkflowCode({ workflowsPath: join(dist, 'workflows', 'index.js'), logger });
  await writeFile(join(dist, 'workflow-bundle.js'), code);
}

function skip(): void {
  // The bundler's progress says nothing that a build should print.
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
