import fc from 'fast-check';
import { canonicalJson, sameJson } from '../../../domain/json/canonical-json';

it.each<[string, unknown, unknown, boolean]>([
  ['the order of keys', { a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }, true],
  ['a null field and none', { a: null, b: 1 }, { b: 1 }, true],
  ['an undefined field and none', { a: undefined }, {}, true],
  ['null and nothing', null, undefined, true],
  ['the order of a list', [1, 2], [2, 1], false],
  ['a longer list', [1, 2], [1], false],
  ['a shorter list', [1], [1, null], false],
  ['an empty object and none', { a: {} }, {}, false],
  ['an empty list and an empty object', [], {}, false],
  ['a number and its text', 1, '1', false],
  ['a field more', { a: 1 }, { a: 1, b: 2 }, false],
])('compares %s', (_, a, b, same) => {
  expect([sameJson(a, b), sameJson(b, a), canonicalJson(a) === canonicalJson(b)]).toEqual([same, same, same]);
});

it('says of any two values what their canonical texts say', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, fc.constantFrom(null, undefined, 0, 1, '', '1', true), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b'), tie('any'))),
  })).any;
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(sameJson(a, b)).toBe(canonicalJson(a) === canonicalJson(b));
    }),
  );
});
