import { EndsAhead } from '../../../activities/watch/ends-ahead';
import { Taint } from '../../../api/names/keys';
import { toRfc3339 } from '../../../domain/conditions';
import type { NodeObject } from '../../../domain/vnode';

const END = Date.parse('2026-03-02T08:01:00Z');
const MILLIS = 5_000;

/** A vnode that was closed at this instant. */
const vnode = (closedAt: number | null, name = 'vnode-a'): NodeObject => {
  const taint = { key: Taint.OutOfTimeWindows, effect: 'NoSchedule', ...(closedAt !== null && { timeAdded: toRfc3339(closedAt) }) };
  return { metadata: { name, uid: 'u', resourceVersion: '1' }, spec: { taints: [{ key: Taint.Vnode, effect: 'NoSchedule' }, ...(closedAt === null ? [] : [taint])] } };
};

beforeAll(() => void jest.useFakeTimers());
afterAll(() => void jest.useRealTimers());

it.each<[string, { ends?: number[]; turn?: number; live?: NodeObject; after?: number }, boolean]>([
  ['a vnode closed by the end that was ahead', {}, true],
  ['one whose workflow takes too long', { after: MILLIS }, false],
  ['one whose workflow has its turn later', { turn: END + 1_000, after: MILLIS }, true],
  ['one that is open', { live: vnode(null) }, false],
  ['one closed by an edit before its end', { live: vnode(END - 60_000) }, false],
  ['one whose end moved and then came', { ends: [END + 60_000, END] }, true],
  ['one that was closed already when it was first seen', { ends: [] }, false],
  ['another vnode', { live: vnode(END, 'vnode-b') }, false],
])('%s', (_, { ends = [END], turn, live = vnode(END), after = 10 }, expected) => {
  const ahead = new EndsAhead();
  for (const end of ends) ahead.note(vnode(null), end, () => turn ?? end);
  jest.setSystemTime(END + after);
  expect(ahead.closed(live, MILLIS)).toBe(expected);
  ahead.forget(live);
  expect(ahead.closed(live, MILLIS)).toBe(false);
});
