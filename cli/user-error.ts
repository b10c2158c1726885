/** A failure that the caller can mend: the message is one sentence that names the flag or field and says what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param exitCode what the process ends with; default 1 */
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}
