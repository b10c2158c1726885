/** A number as it was written: `JSON.parse` would round what is above 2^53, and nanoseconds of CPU time soon are. */
export class JsonNumber {
  constructor(readonly text: string) {}
}

/** JSON whose numbers are as they were written. */
export type LosslessJson = null | boolean | string | JsonNumber | readonly LosslessJson[] | LosslessObject;
/** An object of such values. */
export interface LosslessObject {
  readonly [key: string]: LosslessJson | undefined;
}

/** Whether a value has members. */
export function isObject(value: LosslessJson | undefined): value is LosslessObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber);
}

/** Deeper than any summary; a stack is not to be overrun by what somebody sends. */
const MAX_DEPTH = 64;

/** Parses JSON with every number as it was written. @throws SyntaxError that quotes nothing of the text */
export function parseLossless(text: string): LosslessJson {
  return new Parser(text).parse();
}

/** The inverse of {@link parseLossless}; members that are `undefined` are left out. */
export function stringifyLossless(value: LosslessJson): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item: LosslessJson) => stringifyLossless(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [`${JSON.stringify(key)}:${stringifyLossless(member)}`]));
  return `{${members.join(',')}}`;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  parse(): LosslessJson {
    const value = this.value(0);
    this.take(SPACE);
    if (this.at < this.text.length) throw this.fault();
    return value;
  }

  private value(depth: number): LosslessJson {
    if (depth > MAX_DEPTH) throw this.fault();
    this.take(SPACE);
    const first = this.text[this.at];
    if (first === '{') return this.object(depth + 1);
    if (first === '[') return this.array(depth + 1);
    if (first === '"') return this.string();
    const word = this.take(WORD);
    if (word !== null) return WORDS[word] ?? null;
    const number = this.take(NUMBER);
    if (number === null) throw this.fault();
    return new JsonNumber(number);
  }

  private object(depth: number): LosslessObject {
    const members: [string, LosslessJson][] = [];
    this.items('}', () => {
      const key = this.string();
      this.take(SPACE);
      this.expect(':');
      members.push([key, this.value(depth)]);
    });
    return Object.fromEntries(members);
  }

  private array(depth: number): readonly LosslessJson[] {
    const items: LosslessJson[] = [];
    this.items(']', () => items.push(this.value(depth)));
    return items;
  }

  private items(end: string, read: () => void): void {
    this.at += 1;
    this.take(SPACE);
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      this.take(SPACE);
      read();
      this.take(SPACE);
      if (this.text[this.at] === end) break;
      this.expect(',');
    }
    this.at += 1;
  }

  private string(): string {
    const found = this.take(STRING);
    if (found === null) throw this.fault();
    try {
      return JSON.parse(found) as string;
    } catch {
      throw this.fault();
    }
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw this.fault();
    this.at += 1;
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    this.at += found?.length ?? 0;
    return found;
  }

  private fault(): SyntaxError {
    return new SyntaxError(`not JSON at character ${this.at}`);
  }
}
