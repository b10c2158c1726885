import fc from 'fast-check';
import {
  compareQuantities,
  floorTo,
  formatQuantity,
  granularityOf,
  parseQuantity,
  percentOf,
  type Quantity,
  sameResources,
  subtractQuantities,
} from '../../../../domain/quantity';

const quantity = (text: string | number): Quantity => {
  const parsed = parseQuantity(text);
  if (parsed === null) {
    throw new Error(`not a quantity: ${text}`);
  }
  return parsed;
};
const canonical = (text: string | number) => formatQuantity(quantity(text));

describe('formatQuantity after parseQuantity', () => {
  it.each([
    ['0', '0'],
    [0, '0'],
    [4, '4'],
    ['-4', '-4'],
    ['+4', '4'],
    ['100m', '100m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['.5', '500m'],
    ['1.', '1'],
    ['1.5Gi', '1536Mi'],
    ['1024Mi', '1Gi'],
    ['1023', '1023'],
    ['1000Ki', '1000Ki'],
    ['0.5Ki', '512'],
    ['0.3Ki', '307200m'],
    ['0.0001Ki', '102400u'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['1.5e3', '1500'],
    ['12e-1', '1200e-3'],
    ['12E', '12E'],
    ['8E', '8E'],
    ['1000000', '1M'],
    ['123000n', '123u'],
    ['0.1n', '1n'],
    ['-0.1n', '-1n'],
    ['1e21', '1e21'],
    ['1e99', '1e60'],
    ['1000E', '1000E'],
    ['1e-99', '1e-9'],
    ['16Gi', '16Gi'],
    ['16374092Ki', '16374092Ki'],
    ['3920m', '3920m'],
  ])('writes %j as %j', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('is stable: the canonical text means the same and is its own canonical text', () => {
    const texts = fc.tuple(
      fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
      fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'Ki', 'Mi', 'e3', 'e-2'),
    );
    fc.assert(
      fc.property(texts, ([number, suffix]) => {
        const text = `${number}${suffix}`;
        const once = canonical(text);
        expect(compareQuantities(quantity(once), quantity(text))).toBe(0);
        expect(canonical(once)).toBe(once);
      }),
    );
  });
});

it.each(['', '.', '-', 'Gi', '1 Gi', '1gi', '1K', '1e', '1.2.3', '0x10', '1Gi ', 'NaN', NaN])(
  '%j is no quantity',
  (text) => {
    expect(parseQuantity(text)).toBeNull();
  },
);

it.each([
  ['1', '1000m', 0],
  ['1Gi', '1G', 1],
  ['999m', '1', -1],
  ['9007199254740993', '9007199254740992', 1],
])('compares %s with %s', (a, b, sign) => {
  expect(compareQuantities(quantity(a), quantity(b))).toBe(sign);
});

it.each([
  ['3', 50, '1500m'],
  ['6Gi', 75, '4608Mi'],
  ['100m', 1, '1m'],
  ['15', 0, '0'],
  ['15', 100, '15'],
  ['15', 250, '15'],
  ['15', -1, '0'],
])('of %s, %i percent is %s', (text, percent, expected) => {
  expect(formatQuantity(percentOf(quantity(text), percent))).toBe(expected);
});

it.each([
  ['cpu', '1500500u', '1500m'],
  ['memory', '10500m', '10'],
  ['pods', '7500m', '7'],
  ['nvidia.com/gpu', '1500m', '1'],
  ['example.com/thing', '999m', '0'],
  ['hugepages-2Mi', '7Mi', '6Mi'],
  ['hugepages-1Gi', '1023Mi', '0'],
  ['hugepages-odd', '1500m', '1'],
])('lends %s of %s as %s', (resource, text, expected) => {
  expect(formatQuantity(floorTo(quantity(text), granularityOf(resource)))).toBe(expected);
});

it('keeps the format of what is subtracted from and stops at zero', () => {
  expect(formatQuantity(subtractQuantities(quantity('8Gi'), quantity('2048Mi')))).toBe('6Gi');
  expect(formatQuantity(subtractQuantities(quantity('1'), quantity('3')))).toBe('0');
});

it.each([
  [{ cpu: '1' }, { cpu: '1000m' }, true],
  [{ cpu: '1' }, { cpu: '1', memory: '0' }, false],
  [{ cpu: '1' }, { memory: '1' }, false],
  [undefined, {}, true],
])('%j and %j are the same: %s', (a, b, same) => {
  expect(sameResources(a, b)).toBe(same);
});
