import { ensureBinaries, tools, type UsualTool } from '../../local/binaries';

let found: Promise<Record<UsualTool, string>> | undefined;

/** Paths of all server binaries, found or got as for the demo, once per test file. */
export async function binaries(): Promise<Record<UsualTool, string>> {
  found ??= ensureBinaries(tools);
  return await found;
}
