import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command } from 'commander';
import { commands } from '../../../cli/commands';
import { packageRoot } from '../../../cli/package-root';
import { attributeCommand } from '../../../cli/up/prepare-temporal';
import { GatewayMetrics } from '../../../gateway/metrics';
import { officialCatalog } from '../../../local/binaries';
import { SEARCH_ATTRIBUTES as LOCAL } from '../../../local/temporal/dev-server';
import { registerBindingMetrics } from '../../../workers/observability/binding-metrics';
import { WorkerMetrics } from '../../../workers/observability/metrics';
import { registerPodMetrics } from '../../../workers/observability/pod-metrics';
import { registerReclaimMetrics } from '../../../workers/observability/reclaim-metrics';
import { registerVnodeMetrics } from '../../../workers/observability/vnode-metrics';
import { LEAN_GATEWAY, LEAN_WORKER } from '../../../workers/process';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contracts/search-attributes';

const root = packageRoot(__dirname);
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const filesBelow = (folder: string, ending: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
const found = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([all]) => all))].sort();

const PAGES = ['README.md', ...filesBelow('docs', '.md')];
const SETTINGS = textOf('docs/settings.md');

/** As GitHub makes them of headings. */
function anchorsIn(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) => heading.toLowerCase().replace(/[^\w\- ]/g, '').trim().replaceAll(' ', '-'));
}

it.each(PAGES)('%s links to nothing that is not there', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const broken = links.filter(([, path = '', anchor]) => {
    const target = path === '' ? page : join(dirname(page), path);
    return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsIn(textOf(target)).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

describe('settings', () => {
  const VARIABLE = /\bKUBEOCEAN_[A-Z_]*[A-Z]\b/g;
  /** One process of ours tells them another, or Kubernetes does. */
  const OURS = ['GATEWAY_SERVICE_HOST', 'NO_TEMPORAL_TEST_SERVER', 'PARENT_PIPE', 'REPORT_FD', 'TEST_TEMPORAL_ADDRESS', 'TEST_WORKFLOW_BUNDLE'].map((name) => `KUBEOCEAN_${name}`);
  const sources = ['activities', 'cli', 'gateway', 'local', 'scripts', 'test', 'workers'].flatMap((folder) => filesBelow(folder, '.ts')).filter((path) => path !== relative(root, __filename));
  const read = [...sources.flatMap((path) => found(textOf(path), VARIABLE)), ...Object.values(officialCatalog).map(({ variable }) => variable)];

  it('are those that the code reads', () => {
    expect(found(SETTINGS, VARIABLE)).toEqual([...new Set(read)].filter((name) => !OURS.includes(name)).sort());
  });

  it.each(PAGES)('that %s names are among them', (page) => {
    expect(found(textOf(page), VARIABLE).filter((name) => !SETTINGS.includes(`\`${name}\``))).toEqual([]);
  });
});

describe('metrics', () => {
  const METRIC = /\bkubeocean_[a-z_]*[a-z]\b/g;

  it('are those that worker and gateway tell', () => {
    const worker = new WorkerMetrics().registry;
    registerBindingMetrics(worker, () => []);
    registerPodMetrics(worker, () => []);
    registerReclaimMetrics(worker, { list: () => [] });
    registerVnodeMetrics(worker, () => []);
    const gateway = new GatewayMetrics({ vnodes: () => 0, kept: () => 0 }).registry;
    const told = [...worker.getMetricsAsArray(), ...gateway.getMetricsAsArray()].map(({ name }) => name);
    expect(found(SETTINGS, METRIC)).toEqual(told.filter((name) => name.startsWith('kubeocean_')).sort());
  });

  it.each(PAGES.filter((page) => page !== 'docs/compatibility.md'))('that %s names are among them', (page) => {
    expect(found(textOf(page), METRIC).filter((name) => !SETTINGS.includes(`\`${name}\``))).toEqual([]);
  });
});

it('search attributes are registered alike by up, the local stack, docker-compose.yml and hand', () => {
  const names = SEARCH_ATTRIBUTES.map(({ name }) => name);
  const types = { KEYWORD: 'Keyword', DATETIME: 'Datetime' } as const;
  const wanted = SEARCH_ATTRIBUTES.map(({ name, type }) => `${name}=${types[type]}`);
  expect(Object.entries(LOCAL).map(([name, type]) => `${name}=${type}`)).toEqual(wanted);
  expect(found(textOf('docker-compose.yml'), /(?<=--search-attribute=)\S+/g)).toEqual(wanted);
  expect(SETTINGS).toContain(attributeCommand('default', names));
});

it.each([
  ['Dockerfile', LEAN_WORKER],
  ['docker-compose.yml', LEAN_GATEWAY],
  ['deploy/samples/gateway.yaml', LEAN_GATEWAY],
  ['docs/settings.md', LEAN_WORKER],
  ['docs/settings.md', LEAN_GATEWAY],
])('%s gives Node the options that up gives it, %j', (page, { NODE_OPTIONS }) => {
  expect(textOf(page).split(/[\n`"]|NODE_OPTIONS[:=]|value:/).map((part) => part.trim())).toContain(NODE_OPTIONS);
});

describe('commands', () => {
  const program = new Command('kubeocean');
  for (const add of commands) add(program, { out: () => undefined, err: () => undefined });
  /** A line of a code block, or code in the text. */
  const USE = /(?:^|`|\s|\/)kubeocean ((?:[a-z][a-z-]*)[^`\n|#]*)/gm;

  it.each(PAGES)('that %s shows exist, with the flags that it shows', (page) => {
    const code = [...textOf(page).matchAll(/```[^`]*```|`[^`\n]+`/g)].map(([text]) => text).join('\n');
    const odd = [...code.matchAll(USE)].map(([, line = '']) => line.trim()).filter((line) => !isKnown(program, line));
    expect(odd).toEqual([]);
  });

  it('has pages that show some', () => {
    expect([...textOf('docs/bindings.md').matchAll(USE)].length).toBeGreaterThan(5);
    expect([isKnown(program, 'up --kubeconfig a'), isKnown(program, 'up --nonsense'), isKnown(program, 'nonsense')]).toEqual([true, false, false]);
  });
});

function isKnown(parent: Command, line: string): boolean {
  const [name, ...rest] = line.split(/\s+/);
  const command = parent.commands.find((one) => one.name() === name);
  if (command === undefined) return false;
  if (command.commands.length > 0) return isKnown(command, rest.join(' '));
  const flags = command.options.flatMap(({ long, short }) => [long, short]);
  return rest.filter((word) => /^--?[a-z]/.test(word)).every((flag) => flags.includes(flag.replace(/[=,.;:)].*$/, '')));
}
