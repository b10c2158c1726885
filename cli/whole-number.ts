import { InvalidArgumentError } from 'commander';

/** The longest time that an option takes, in seconds. */
export const MOST_SECONDS = 999_999_999;

/**
 * Reads what was typed for an option: a whole number from `from` to `to`. What it returns throws InvalidArgumentError, before which
 * commander names the option.
 * @param of the unit, such as `seconds`
 */
export function wholeNumber(from: number, to: number, of?: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && text.length <= String(to).length && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It must be a whole number${of === undefined ? '' : ` of ${of}`} from ${from} to ${to}.`);
  };
}
