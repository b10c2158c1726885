import {
  decodeExpected,
  encodeExpected,
  mapPatch,
  mergeOwned,
  mergeOwnedList,
  type StringMap,
} from '../../../../domain/metadata';

it.each<[string, readonly [previous: StringMap, desired: StringMap, live: StringMap], StringMap]>([
  ['new keys are added', [{}, { a: '1' }, {}], { a: '1' }],
  ["others' keys survive", [{ a: '1' }, { a: '1' }, { a: '1', user: 'x' }], { a: '1', user: 'x' }],
  ['their edits of ours are reverted', [{ a: '1' }, { a: '1' }, { a: '2' }], { a: '1' }],
  ['their removal of ours too', [{ a: '1' }, { a: '1' }, {}], { a: '1' }],
  ['what we no longer want vanishes', [{ a: '1' }, {}, { a: '1' }], {}],
  ['also when they edited it', [{ a: '1' }, {}, { a: '2' }], {}],
  ['nothing known from before: everything survives', [{}, { a: '1' }, { b: '2' }], { a: '1', b: '2' }],
  [
    'names of Object are keys like others',
    [{}, {}, { toString: 'x', constructor: 'y' }],
    { toString: 'x', constructor: 'y' },
  ],
])('mergeOwned: %s', (_, [previous, desired, live], expected) => {
  expect(mergeOwned({ previous, desired, live })).toEqual(expected);
});

it('mergeOwnedList puts desired items first and tells items apart by their key only', () => {
  const item = (key: string, value: string) => ({ key, value });
  const merged = mergeOwnedList(
    {
      previous: [item('gone', 'old')],
      desired: [item('a', 'new')],
      live: [item('user', 'u'), item('a', 'old'), item('gone', 'edited')],
    },
    ({ key }) => key,
  );
  expect(merged).toEqual([item('a', 'new'), item('user', 'u')]);
});

it.each<[StringMap, StringMap, object | null]>([
  [{ a: '1' }, { a: '1' }, null],
  [{ a: '1' }, { a: '2' }, { a: '2' }],
  [
    { a: '1', b: '2' },
    { b: '2', c: '' },
    { a: null, c: '' },
  ],
])('mapPatch from %j to %j', (from, to, patch) => {
  expect(mapPatch(from, to)).toEqual(patch);
});

describe('expected metadata', () => {
  const content = {
    labels: { b: '2', a: 'ä' },
    annotations: {},
    taints: [{ key: 'k', value: 'v', effect: 'NoSchedule', timeAdded: '2026-01-01T00:00:00Z' }],
  };

  it('reads back what it wrote, without times and empty members', () => {
    const text = encodeExpected(content);
    expect(JSON.parse(Buffer.from(text, 'base64').toString())).toEqual({
      labels: { a: 'ä', b: '2' },
      taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
    });
    expect(decodeExpected(text)).toEqual({ ...content, taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] });
  });

  it('is the same text for the same content', () => {
    expect(encodeExpected({ ...content, labels: { a: 'ä', b: '2' } })).toBe(encodeExpected(content));
  });

  it.each([
    ['absent', undefined],
    ['not base64', '%%%'],
    ['not JSON', Buffer.from('{').toString('base64')],
    ['not an object', Buffer.from('[1]').toString('base64')],
    ['of other types', Buffer.from('{"labels":{"a":1},"annotations":7,"taints":[null,{"key":1}]}').toString('base64')],
  ])('says nothing where it is %s', (_, annotation) => {
    expect(decodeExpected(annotation)).toEqual({ labels: {}, annotations: {}, taints: [] });
  });
});
