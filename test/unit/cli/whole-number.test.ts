import { InvalidArgumentError } from 'commander';
import { wholeNumber } from '../../../cli/whole-number';

const upTo64 = wholeNumber(1, 64, 'workers');

test.each([
  ['1', 1],
  ['64', 64],
  ['07', 7],
])('%s is read', (text, value) => {
  expect(upTo64(text)).toBe(value);
});

test.each(['', ' ', '0', '65', '007', '-1', '+5', ' 5', '5.', '1.5', '1e1', '0x10', 'many'])('%j is refused, and what it must be is said', (text) => {
  expect(() => upTo64(text)).toThrow(new InvalidArgumentError('It must be a whole number of workers from 1 to 64.'));
});
