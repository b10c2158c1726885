/** Why a vnode has no figures at the moment, in words that its users may read. */
export class FiguresFault extends Error {
  override readonly name = 'FiguresFault';

  constructor(
    readonly status: 404 | 503,
    message: string,
  ) {
    super(message);
  }
}
