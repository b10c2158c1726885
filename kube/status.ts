import { KubeError, KubeErrorCode } from './errors';
import type { TransportAnswer } from './transport';

/** Who asked for what, in the words of a {@link KubeError}. */
export interface Subject {
  readonly verb: string;
  /** Kind, with the subresource after a slash; or the path of a raw request. */
  readonly kind: string;
  readonly key?: string;
}

/** The parts of a `metav1.Status` that we look at. */
interface Status {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly field?: string; readonly reason?: string }[];
  };
}

const MOST_FIELDS = 10;
const LONGEST_FIELD = 200;

/** What an API server says while it opens the watch cache of a kind: a matter of milliseconds, for which it asks a second. */
const OPENING = 'storage is (re)initializing';

const CODES: Readonly<Record<number, KubeErrorCode>> = {
  401: KubeErrorCode.Unauthorized,
  403: KubeErrorCode.Unauthorized,
  404: KubeErrorCode.NotFound,
  408: KubeErrorCode.ApiUnavailable,
  409: KubeErrorCode.Conflict,
  410: KubeErrorCode.Gone,
  429: KubeErrorCode.Throttled,
};

/** The error that a refusing answer means. */
export function toKubeError(subject: Subject, answer: TransportAnswer): KubeError {
  const status = parseStatus(answer.body);
  return statusError(subject, { ...status, code: answer.status }, retryAfter(answer));
}

/** The error that a Status object means: of an answer, or of an `ERROR` line in a watch. */
export function statusError(subject: Subject, status: Status, retryAfterHeader?: number): KubeError {
  return new KubeError({
    ...subject,
    code: codeOf(subject, status),
    status: status.code,
    reason: word(status.reason),
    fields: fieldsOf(status),
    ...(status.message !== OPENING && { retryAfterSeconds: status.details?.retryAfterSeconds ?? retryAfterHeader }),
  });
}

/** Whether the object itself is missing. A missing kind answers with the same number, but as plain text. */
export function isObjectMissing(answer: TransportAnswer): boolean {
  return answer.status === 404 && parseStatus(answer.body)?.reason === 'NotFound';
}

function codeOf(subject: Subject, status: Status): KubeErrorCode {
  const number = status.code ?? 500;
  if (number === 409 && status.reason === 'AlreadyExists') return KubeErrorCode.AlreadyExists;
  if (number === 429 && subject.kind.endsWith('/eviction') && blockedByBudget(status)) return KubeErrorCode.DrainBlocked;
  return CODES[number] ?? (number >= 400 && number < 500 ? KubeErrorCode.InvalidSpec : KubeErrorCode.ApiUnavailable);
}

/** An eviction can also be throttled like any request; then no Status object with this cause comes with it. */
function blockedByBudget(status: Status): boolean {
  return status.details?.causes?.some((cause) => cause.reason === 'DisruptionBudget') ?? false;
}

function fieldsOf(status: Status): readonly string[] | undefined {
  const fields = status.details?.causes?.flatMap(({ field }) => (field ? [field.slice(0, LONGEST_FIELD)] : []));
  return fields?.length ? [...new Set(fields)].slice(0, MOST_FIELDS) : undefined;
}

/** Webhooks may put a sentence, and with it content, where a reason belongs. */
function word(reason: string | undefined): string | undefined {
  return reason !== undefined && /^[A-Za-z]{1,64}$/.test(reason) ? reason : undefined;
}

function parseStatus(body: string): Status | null {
  try {
    const parsed = JSON.parse(body) as Status | null;
    return parsed?.kind === 'Status' ? parsed : null;
  } catch {
    return null;
  }
}

function retryAfter(answer: TransportAnswer): number | undefined {
  const seconds = Number(answer.headers['retry-after'] ?? NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}
