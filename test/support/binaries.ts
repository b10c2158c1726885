import { ensureBinaries, tools, type Tool } from '../../local/binaries';

let found: Promise<Record<Tool, string>> | undefined;

/** Paths of all server binaries, found or got as for the demo, once per test file. */
export async function binaries(): Promise<Record<Tool, string>> {
  found ??= ensureBinaries(tools);
  return await found;
}
