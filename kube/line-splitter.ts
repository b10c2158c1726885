const NEWLINE = 0x0a;

/** Puts lines together from chunks that break anywhere, also inside a UTF-8 character. */
export class LineSplitter {
  private pieces: Buffer[] = [];

  /** Bytes of the line that has not ended yet. */
  get pending(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.length, 0);
  }

  /** The lines that `chunk` completes, without their line ends; empty lines are left out. */
  *push(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.complete(chunk.subarray(start, end));
      if (line !== '') yield line;
      start = end + 1;
    }
    if (start < chunk.length) this.pieces.push(chunk.subarray(start));
  }

  private complete(last: Buffer): string {
    if (this.pieces.length === 0) return last.toString('utf8');
    const line = Buffer.concat([...this.pieces, last]).toString('utf8');
    this.pieces = [];
    return line;
  }
}
