export { BinaryError } from './binary-error';
export { cacheFolder } from './cache-folder';
export { officialCatalog, rareTools, tools, KUBERNETES_VERSION, type Tool, type UsualTool } from './catalog';
export { ensureBinaries } from './ensure';
export type { EnsureOptions, FindOptions } from './options';
export { ensureTemporalTestServer, NO_TEST_SERVER_VARIABLE, TEST_SERVER_VARIABLE } from './temporal-test-server';
