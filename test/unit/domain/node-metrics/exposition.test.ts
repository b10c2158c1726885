import fc from 'fast-check';
import { countOn, NO_MEMORY } from '../../../../domain/node-metrics/counters';
import { add, type Decimal, formatDecimal, formatWhole, isLess, parseDecimal, times, ZERO } from '../../../../domain/node-metrics/decimal';
import { escapeLabel, formatSample, labelOf, parseExpositionLine } from '../../../../domain/node-metrics/exposition';

const labelText = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', '=', ' ', 'é') });
const labelName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);

describe('a line of the text format', () => {
  it.each([
    ['HELP', '# HELP up Whether it is up.', { kind: 'describes', metric: 'up' }],
    ['TYPE', '# TYPE up gauge', { kind: 'describes', metric: 'up' }],
    ['HELP without a text', '# HELP up ', { kind: 'describes', metric: 'up' }],
    ['another comment', '# scraped by hand', { kind: 'other' }],
    ['the end of OpenMetrics', '# EOF', { kind: 'other' }],
    ['a bare sample', 'up 1', { kind: 'sample', sample: { metric: 'up', labels: [], rest: '1' } }],
    ['an empty set of labels', 'up{} 1', { kind: 'sample', sample: { metric: 'up', labels: [], rest: '1' } }],
    ['a time stamp', 'up 1e-09 1700000000000', { kind: 'sample', sample: { metric: 'up', labels: [], rest: '1e-09 1700000000000' } }],
    ['not a number', 'up{a="1"} NaN', { kind: 'sample', sample: { metric: 'up', labels: [{ name: 'a', raw: '1' }], rest: 'NaN' } }],
    ['a comma at the end', 'up{a="1",} 1', { kind: 'sample', sample: { metric: 'up', labels: [{ name: 'a', raw: '1' }], rest: '1' } }],
    ['a label that is not closed', 'up{a="1 1', { kind: 'other' }],
    ['labels that are not closed', 'up{a="1" 1', { kind: 'other' }],
    ['labels without a comma', 'up{a="1"b="2"} 1', { kind: 'other' }],
    ['no value', 'up{a="1"}', { kind: 'other' }],
    ['an exemplar', 'up 1 # {a="b"} 1', { kind: 'other' }],
    ['words', '<html>', { kind: 'other' }],
  ])('%s', (_, line, expected) => {
    expect(parseExpositionLine(line)).toEqual(expected);
  });

  it('comes out as it went in, whatever its labels hold', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(labelName, labelText), { selector: ([name]) => name }), fc.float(), (labels, value) => {
        const inside = labels.map(([name, text]) => `${name}="${escapeLabel(text)}"`).join(',');
        const line = `x${inside === '' ? '' : `{${inside}}`} ${value}`;
        const read = parseExpositionLine(line);
        if (read.kind !== 'sample') throw new Error(`${line} is not read as a sample`);
        expect(formatSample(read.sample)).toBe(line);
        expect(labels.map(([name]) => labelOf(read.sample, name))).toEqual(labels.map(([, text]) => text));
      }),
    );
  });
});

describe('a decimal', () => {
  it.each([
    ['12', '12'],
    ['1.2300', '1.23'],
    ['4.510720e+07', '45107200'],
    ['1e-09', '0.000000001'],
    ['-0.5', '-0.5'],
    ['.5', '0.5'],
    ['18446744073709551615', '18446744073709551615'],
  ])('%s is %s', (text, plain) => {
    expect(formatDecimal(parseDecimal(text)!)).toBe(plain);
  });

  it.each(['NaN', '+Inf', '', '.', '1.2.3', '1e99999', 'abc'])('%j is none', (text) => expect(parseDecimal(text)).toBeNull());

  const decimal = fc.record({ digits: fc.bigInt(), scale: fc.nat(30) });
  it('adds, multiplies and compares exactly', () => {
    const scaled = ({ digits, scale }: Decimal, wanted: number) => digits * 10n ** BigInt(wanted - scale);
    fc.assert(
      fc.property(decimal, decimal, (left, right) => {
        expect(scaled(add(left, right), 60)).toBe(scaled(left, 60) + scaled(right, 60));
        expect(scaled(times(left, right), 120)).toBe(scaled(left, 60) * scaled(right, 60));
        expect(isLess(left, right)).toBe(scaled(left, 60) < scaled(right, 60));
        expect(scaled(parseDecimal(formatDecimal(left))!, 60)).toBe(scaled(left, 60));
      }),
    );
  });

  it('has a whole part', () => expect(formatWhole(parseDecimal('9007199254740993.75')!)).toBe('9007199254740993'));
});

describe('a sum of counters', () => {
  const at = (...counts: [string, number][]) => new Map(counts.map(([uid, count]) => [uid, parseDecimal(`${count}`)!]));
  const rounds: [what: string, ...rounds: [Map<string, Decimal>, string[]][]][] = [
    ['counts on when a pod is gone', [at(['a', 5], ['b', 7]), ['a', 'b']], [at(['a', 6]), ['a']]],
    ['counts on when a pod begins anew', [at(['a', 5], ['b', 7]), ['a', 'b']], [at(['a', 1], ['b', 7]), ['a', 'b']]],
    ['counts a pod that is missing for a round once', [at(['a', 5], ['b', 7]), ['a', 'b']], [at(['a', 6]), ['a', 'b']], [at(['a', 6], ['b', 7]), ['a', 'b']]],
  ];
  it.each(rounds)('%s', (_, ...all) => {
    const totals: string[] = [];
    let memory = NO_MEMORY;
    for (const [current, living] of all) {
      const counted = countOn(memory, { current, living: new Set(living) });
      totals.push(formatDecimal(counted.total));
      memory = counted.memory;
    }
    expect(totals).toEqual(['12', '13', '13'].slice(0, all.length));
  });

  it('forgets pods that are gone', () => {
    const { memory } = countOn(NO_MEMORY, { current: at(['a', 5], ['b', 7]), living: new Set(['a', 'b']) });
    expect([...countOn(memory, { current: at(['a', 6]), living: new Set(['a']) }).memory.last.keys()]).toEqual(['a']);
  });

  it('never goes down', () => {
    const round = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(100));
    fc.assert(
      fc.property(fc.array(fc.tuple(round, fc.subarray(['a', 'b', 'c']))), (all) => {
        let [memory, before] = [NO_MEMORY, ZERO];
        for (const [counts, living] of all) {
          const counted = countOn(memory, { current: at(...Object.entries(counts)), living: new Set([...living, ...Object.keys(counts)]) });
          expect(isLess(counted.total, before)).toBe(false);
          [memory, before] = [counted.memory, counted.total];
        }
      }),
    );
  });
});
