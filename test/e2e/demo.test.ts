import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { cacheFolder } from '../../local/binaries';
import { eventually } from '../support/eventually';
import { processesMentioning } from '../support/living-processes';
import { spawnTypeScript } from '../support/typescript-child';

it.each([
  { signal: 'SIGKILL' as const, moment: 'the servers start', until: 'Temporal: ready', folderGoes: false },
  { signal: 'SIGINT' as const, moment: 'the walk is on its way', until: '2. ', folderGoes: true },
])('$signal while $moment ends the demo and leaves no process behind', async ({ signal, until, folderGoes }) => {
  const demo = spawnTypeScript(join(__dirname, '..', '..', 'scripts', 'demo.ts'), '--once');
  const mark = `demo-${demo.pid}-`;
  const said = lineWith(demo.stdout!, until);
  const ended = once(demo, 'exit');
  await said;
  expect(processesMentioning(mark)).not.toEqual([]);
  demo.kill(signal);
  const [code] = await ended;
  expect(code).toBe(signal === 'SIGINT' ? 130 : null);
  await eventually(() => expect(processesMentioning(mark)).toEqual([]));
  const runs = join(cacheFolder(), 'runs');
  const left = readdirSync(runs).filter((name) => name.startsWith(mark));
  left.forEach((name) => rmSync(join(runs, name), { recursive: true }));
  expect(left).toHaveLength(folderGoes ? 0 : 1);
});

async function lineWith(stream: Readable, text: string): Promise<void> {
  for await (const line of createInterface({ input: stream })) if (line.includes(text)) return;
  throw new Error(`the demo ended before it said "${text}"`);
}
