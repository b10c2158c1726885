/** A tool cannot be had. The message is one sentence for the person at the keyboard. */
export class BinaryError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BinaryError';
  }
}

/**
 * The words of an error, of its cause where there is one: fetch itself says little more than "fetch failed".
 * Looks at the shape alone, since the errors of fetch may come from another realm.
 */
export function messageOf(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: unknown; cause?: { message?: unknown } };
  const words = cause?.message || message;
  return typeof words === 'string' && words !== '' ? words : String(error);
}
