/** Where a command writes: its result to `out`, everything said to the person in front of it to `err`. */
export interface Io {
  /** Writes as it is; the caller ends its lines. */
  readonly out: (text: string) => void;
  /** Writes as it is; the caller ends its lines. */
  readonly err: (text: string) => void;
}

/** The streams of this process. */
export const processIo: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};
