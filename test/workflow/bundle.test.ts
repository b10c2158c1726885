import { readFileSync } from 'node:fs';
import { sharedServer } from '../support/workflow/shared-server';

const code = readFileSync(sharedServer().bundle, 'utf8');

/** Paths of the modules that webpack put in, as its comments and source map name them. */
function modules(): string[] {
  const map = /sourceMappingURL=data:application\/json;charset=utf-8;base64,([\w+/=]+)\s*$/.exec(code)?.[1] ?? '';
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  return sources.map((source) => source.replaceAll('\\', '/'));
}

it('holds the five workflows', () => {
  for (const file of ['manager', 'cluster-binding', 'leased-node', 'virtual-pod', 'watch']) {
    expect(modules()).toContainEqual(expect.stringMatching(new RegExp(`workflows/${file}\\.ts$`)));
  }
});

it.each([
  /\/kube\//,
  /\/activities\//,
  /\/api\/schema\//,
  /\/workers\//,
  /\/local\//,
  /node_modules\/(?!@temporalio\/(common|workflow|worker|proto)\/|long\/|ms\/|webpack\/|nexus-rpc\/)/,
  /@temporalio\/(activity|client|testing|core-bridge)\//,
  /external "node:|external "(fs|net|http|child_process|crypto|path|os)/,
])('holds nothing from %s', (forbidden) => {
  expect(modules().filter((path) => forbidden.test(path))).toEqual([]);
});
