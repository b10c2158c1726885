/** Every way in which a request to a cluster can fail, named by what the caller should do about it. */
export const KubeErrorCode = {
  /** 400, 405, 406, 413, 415, 422: the object is wrong; sending it again is useless. */
  InvalidSpec: 'InvalidSpec',
  /** The object exists and does not carry our ownership labels. */
  NotOwned: 'NotOwned',
  /** 409 on create. */
  AlreadyExists: 'AlreadyExists',
  /** 409 on another write: read again and repeat. */
  Conflict: 'Conflict',
  /** 429 on eviction: a disruption budget holds the pod. */
  DrainBlocked: 'DrainBlocked',
  /** 429 elsewhere: wait for {@link KubeError.retryAfterSeconds}. */
  Throttled: 'Throttled',
  /** 401, 403. */
  Unauthorized: 'Unauthorized',
  /** 404 of anything but the object of a `get` or `remove`: the namespace, the kind, the object of a write. */
  NotFound: 'NotFound',
  /** 410: the resource version is too old. Informers answer it by a relist. */
  Gone: 'Gone',
  /** 408, 5xx, network, TLS, time-out. */
  ApiUnavailable: 'ApiUnavailable',
} as const;
/** One of the words above. */
export type KubeErrorCode = (typeof KubeErrorCode)[keyof typeof KubeErrorCode];

/** What a {@link KubeError} is built from: names only, nothing that was sent or received as content. */
export interface KubeErrorFacts {
  readonly code: KubeErrorCode;
  /** `get`, `list`, `watch`, `create`, `replace`, `patch`, `delete`, or the HTTP method of a raw request. */
  readonly verb: string;
  /** Kind, or the path of a raw request; with the subresource after a slash. */
  readonly kind: string;
  /** `namespace/name`, where known. */
  readonly key?: string;
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** `reason` of the Status object (one word), or the code of the network error. */
  readonly reason?: string;
  /** Paths of the rejected fields. */
  readonly fields?: readonly string[];
  readonly retryAfterSeconds?: number;
}

/**
 * A failed request. The message names verb, kind, key, reason and fields, and never repeats the server's message:
 * a 422 prints the PodSpec, and messages end up in histories, events and logs.
 */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly status?: number;
  readonly reason?: string;
  /** Paths of the rejected fields, for example `spec.containers[0].image`. */
  readonly fields?: readonly string[];
  /** The server's wish for the next attempt, seconds. */
  readonly retryAfterSeconds?: number;

  constructor(facts: KubeErrorFacts) {
    super(describe(facts));
    this.code = facts.code;
    this.status = facts.status;
    this.reason = facts.reason;
    this.fields = facts.fields;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }
}

/** Whether `error` is a {@link KubeError}, with the given code if there is one. Works across realms (Jest, sandbox). */
export function isKubeError(error: unknown, code?: KubeErrorCode): error is KubeError {
  const candidate = error as KubeError | null;
  return candidate?.name === 'KubeError' && (code === undefined || candidate.code === code);
}

function describe(facts: KubeErrorFacts): string {
  const subject = facts.key === undefined ? facts.kind : `${facts.kind} ${facts.key}`;
  const cause = [facts.status, facts.reason].filter((part) => part !== undefined).join(' ');
  const fields = facts.fields?.length ? ` (${facts.fields.join(', ')})` : '';
  return `${facts.code}: ${facts.verb} ${subject}${cause === '' ? '' : `: ${cause}`}${fields}`;
}
