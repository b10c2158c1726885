/** A boolean of a query, as API servers read it: everything but `0` and `false` is true, also the empty value. */
export function isTrue(value: string | undefined | null): boolean {
  return value !== undefined && value !== null && value !== '0' && value.toLowerCase() !== 'false';
}
