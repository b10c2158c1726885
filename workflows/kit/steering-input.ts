import { ApplicationFailure } from '@temporalio/common';
import { isSeconds, parseInstant } from '../../domain/override';
import type { Asked, ConfirmReclaim, ReclaimRequest, RepairRequest, UntilRequest } from '../contracts/steering';

const MOST_FINDINGS = 1_000;
const LONGEST = { by: 100, reason: 500, hash: 100 } as const;
type Fields = Readonly<Record<string, unknown>>;

/** A request that cannot be understood; the message begins with the name of the field. */
function malformed(field: string, what: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'InvalidInput', nonRetryable: true, message: `${field}: ${what}` });
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function checkText(fields: Fields, name: keyof typeof LONGEST): void {
  const text = fields[name];
  if (text === undefined || text === null) return;
  if (typeof text !== 'string') throw malformed(name, 'must be a string');
  if (text.length > LONGEST[name]) throw malformed(name, `must have at most ${LONGEST[name]} characters`);
}

function checkAsked(value: unknown): void {
  if (value === undefined || value === null) return;
  if (!isObject(value)) throw malformed('asked', 'must be an object such as {"by": "ana", "reason": "..."}');
  checkText(value, 'by');
  checkText(value, 'reason');
}

/** @throws ApplicationFailure naming the field */
export function checkUntil(request: UntilRequest, asked?: Asked): void {
  const given: unknown = request;
  const until = isObject(given) ? given.until : given;
  if (parseInstant(until) === null) throw malformed('until', 'must be an RFC 3339 instant such as 2026-11-21T08:00:00Z');
  if (isObject(given)) checkAsked(given);
  checkAsked(asked);
}

/** Epoch milliseconds of a checked request. */
export function untilOf(request: UntilRequest): number {
  return parseInstant(typeof request === 'string' ? request : request.until) ?? 0;
}

/** @throws ApplicationFailure naming the field */
export function checkReturn(asked?: Asked): void {
  checkAsked(asked);
}

/** @throws ApplicationFailure naming the field */
export function checkReclaim(request: ReclaimRequest): void {
  const given: unknown = request;
  if (!isObject(given) || !isSeconds(given.graceSeconds)) {
    throw malformed('graceSeconds', 'must be a whole number of at least 0, as in {"graceSeconds": 60}');
  }
  checkAsked(given);
}

/** @throws ApplicationFailure naming the field */
export function checkConfirm(request?: ConfirmReclaim): void {
  checkAsked(request);
  if (isObject(request)) checkText(request, 'hash');
}

/** @throws ApplicationFailure naming the field */
export function checkRepair(request: RepairRequest): void {
  const given: unknown = request;
  const ids = isObject(given) ? given.findings : undefined;
  const listed = Array.isArray(ids) && ids.length > 0 && ids.length <= MOST_FINDINGS && ids.every((id) => typeof id === 'string');
  if (!listed) throw malformed('findings', `must be a list of 1 to ${MOST_FINDINGS} ids, as kubeocean audit -o json shows them`);
  checkAsked(given);
}

/**
 * Who asked and why, from whatever a message carried: the first that says so counts. Signals are not validated before they are in
 * the history, so anything else is left out rather than refused.
 */
export function askedIn(...values: readonly unknown[]): Asked {
  const fields = values.filter(isObject);
  const text = (name: 'by' | 'reason'): string | undefined => {
    const found = fields.map((one) => one[name]).find((value) => typeof value === 'string' && value !== '');
    return (found as string | undefined)?.slice(0, LONGEST[name]);
  };
  const [by, reason] = [text('by'), text('reason')];
  return { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
}
