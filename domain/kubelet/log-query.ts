import { isTrue } from './flag';
import { read, refused, type Read } from './refusal';

const FLAGS = ['follow', 'previous', 'timestamps'] as const;
const NUMBERS = ['sinceSeconds', 'tailLines', 'limitBytes'] as const;
const STREAMS: ReadonlySet<string> = new Set(['All', 'Stdout', 'Stderr']);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const UNREADABLE = refused(400, '{"message": "Unable to decode query."}');
const INVALID = refused(422, '{"message": "Invalid request."}');

/** A query parameter; the order of one name's values is kept. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** The first value of a parameter; undefined: it is not there. */
type Given = (name: string) => string | undefined;

/**
 * The query of `/containerLogs` as the log subresource of a pod takes it. Options that a kubelet does not know are left out.
 * Refuses like a kubelet: 400 for what cannot be read, 422 for what contradicts itself.
 */
export function logQuery(query: URLSearchParams, container: string): Read<Parameters> {
  const given: Given = (name) => query.get(name) ?? undefined;
  const options = readOptions(given);
  if (options === null) return UNREADABLE;
  if (!isValid(options)) return INVALID;
  const flags = FLAGS.filter((flag) => isTrue(given(flag))).map((flag) => [flag, 'true'] as const);
  return read([['container', container] as const, ...flags, ...Object.entries(options)]);
}

type Options = Readonly<Partial<Record<(typeof NUMBERS)[number] | 'sinceTime' | 'stream', string>>>;

/** Null where a value cannot be read. */
function readOptions(given: Given): Options | null {
  const options: Record<string, string> = {};
  for (const name of NUMBERS) {
    const text = name === 'tailLines' ? tailLines(given) : given(name);
    if (text === undefined) continue;
    const number = integer(text);
    if (number === null) return null;
    options[name] = number;
  }
  const sinceTime = given('sinceTime');
  if (sinceTime !== undefined && sinceTime !== '') {
    if (!RFC3339.test(sinceTime) || Number.isNaN(Date.parse(sinceTime))) return null;
    options.sinceTime = sinceTime;
  }
  const stream = given('stream');
  // An API server that cannot split the streams refuses the parameter, even where it asks for both.
  if (stream !== undefined && stream !== 'All') options.stream = stream;
  return options;
}

/** `tail` is the older name, and `all` means no limit. */
function tailLines(given: Given): string | undefined {
  const tail = given('tail');
  if (tail === undefined || tail === '') return given('tailLines');
  return tail === 'all' ? undefined : tail;
}

/** A whole number that fits 64 bits, written without a leading plus; null: it is none. */
function integer(text: string): string | null {
  if (!/^[+-]?\d{1,19}$/.test(text)) return null;
  const value = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, value) === value ? String(value) : null;
}

function isValid({ tailLines, limitBytes, sinceSeconds, sinceTime, stream }: Options): boolean {
  if (tailLines !== undefined && BigInt(tailLines) < 0n) return false;
  if (limitBytes !== undefined && BigInt(limitBytes) < 1n) return false;
  if (sinceSeconds !== undefined && (BigInt(sinceSeconds) < 1n || sinceTime !== undefined)) return false;
  return stream === undefined || (STREAMS.has(stream) && tailLines === undefined);
}
