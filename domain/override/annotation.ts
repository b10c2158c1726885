import type { EpochMillis } from '../windows';
import { formatInstant, parseInstant } from './instant';
import type { LeaseOverride, OverrideKind } from './types';

const KINDS: readonly string[] = ['extend', 'shorten', 'return', 'reclaim'] satisfies OverrideKind[];

/** What the annotation `kubeocean.io/lease-override` says: nothing, something, or something that cannot be followed. */
export type ReadOverride =
  | { readonly override: LeaseOverride | null; readonly fault: null }
  | { readonly override: null; readonly fault: string };

/** The annotation's value: compact JSON with RFC 3339 instants. Equal overrides give equal texts. */
export function encodeOverride({ kind, until, expires, graceSeconds, by, reason, at }: LeaseOverride): string {
  return JSON.stringify({
    kind,
    until: formatInstant(until),
    ...(kind === 'extend' ? {} : { expires: expires === null ? null : formatInstant(expires) }),
    graceSeconds,
    by,
    reason,
    at: formatInstant(at),
  });
}

/**
 * Reads the annotation, which a person may have written. Fails closed: what is malformed in any field is no override at all,
 * and the fault names the field.
 * @param nextOpening tells when it expires if it does not say so itself
 */
export function decodeOverride(text: string | undefined, nextOpening: NextOpening): ReadOverride {
  if (text === undefined) {
    return { override: null, fault: null };
  }
  const fields = parseObject(text);
  const fault = fields === null ? 'it is no JSON object' : faultOf(fields);
  return fields === null || fault !== null
    ? { override: null, fault: fault ?? '' }
    : { override: toOverride(fields, nextOpening), fault: null };
}

/** The calendar's first opening after the window that is open at an instant; `null`: none. */
export type NextOpening = (at: EpochMillis) => EpochMillis | null;

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** The first field that cannot be used, in a phrase; `null`: none. */
function faultOf(fields: Fields): string | null {
  const { kind, until, expires, graceSeconds, at } = fields;
  const faults: readonly (string | false)[] = [
    !KINDS.includes(kind as string) && `kind must be one of ${KINDS.join(', ')}`,
    parseInstant(until) === null && 'until must be an RFC 3339 instant',
    expires !== undefined && expires !== null && parseInstant(expires) === null && 'expires must be an RFC 3339 instant or null',
    graceSeconds !== undefined && !isSeconds(graceSeconds) && 'graceSeconds must be a whole number of at least 0',
    kind === 'reclaim' && graceSeconds === undefined && 'graceSeconds is missing',
    parseInstant(at) === null && 'at must be an RFC 3339 instant',
    ...['by', 'reason'].map((name) => !isText(fields[name]) && `${name} must be a string`),
  ];
  return faults.find((fault) => fault !== false) || null;
}

const isText = (value: unknown): boolean => value === undefined || typeof value === 'string';

/** Whether a value can be a number of seconds of grace. */
export function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function toOverride(
  { kind, until, expires, graceSeconds, by, reason, at }: Fields,
  nextOpening: NextOpening,
): LeaseOverride {
  return {
    kind: kind as OverrideKind,
    until: parseInstant(until) ?? 0,
    expires: expires === undefined && kind !== 'extend' ? nextOpening(parseInstant(at) ?? 0) : parseInstant(expires),
    ...(kind === 'reclaim' ? { graceSeconds: graceSeconds as number } : {}),
    ...(by === undefined ? {} : { by: by as string }),
    ...(reason === undefined ? {} : { reason: reason as string }),
    at: parseInstant(at) ?? 0,
  };
}
