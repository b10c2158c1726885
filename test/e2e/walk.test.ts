import { existsSync } from 'node:fs';
import { steps } from '../../local/demo/steps';
import { eventually } from '../support/eventually';
import { processesMentioning } from '../support/living-processes';
import { openTestWalk, type TestWalk } from '../support/walk';

let open: TestWalk;
let stumbled: string | null = null;

beforeAll(async () => {
  open = await openTestWalk();
});

afterAll(async () => {
  await open?.close();
});

describe('the walk of the guide', () => {
  it.each(steps)('$title', async ({ title, run }) => {
    if (stumbled !== null) throw new Error(`not reached: "${stumbled}" failed`);
    stumbled = title;
    await run(open.walk);
    stumbled = null;
  });
});

it('ends without a crash, and leaves no process and no file behind', async () => {
  const { dir } = open.walk.stack;
  await open.close();
  expect(open.crashes).toEqual([]);
  await eventually(() => expect(processesMentioning(dir)).toEqual([]));
  expect(existsSync(dir)).toBe(false);
});
