import {
  ensureBinaries,
  ensureTemporalTestServer,
  NO_TEST_SERVER_VARIABLE,
  officialCatalog,
  TEST_SERVER_VARIABLE,
  tools,
} from '../../local/binaries';
import type { Progress } from '../../local/progress';

/**
 * Environment variables with the paths of all servers, so that no test process looks for them again.
 * @throws BinaryError when one can be had in no way. The time-skipping server is optional: why it is missing is said there too.
 */
export async function serverVariables(report: Progress): Promise<NodeJS.ProcessEnv> {
  const paths = await ensureBinaries(tools, { report });
  const variables = tools.map((tool) => [officialCatalog[tool].variable, paths[tool]]);
  const testServer = await ensureTemporalTestServer({ report });
  const optional = 'path' in testServer ? [TEST_SERVER_VARIABLE, testServer.path] : [NO_TEST_SERVER_VARIABLE, testServer.reason];
  return Object.fromEntries([...variables, optional]);
}
