/** Codes of a connection that broke after it had been in use. */
const BROKEN_CONNECTION = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Whether repeating a read at once may help: its connection broke, or none came about. */
export function mayRepeatRead(error: unknown): boolean {
  return BROKEN_CONNECTION.has(networkCode(error)) || isNotSent(error);
}

/** Whether certainly nothing of the request reached the server: the connection never came about. */
export function isNotSent(error: unknown): boolean {
  const { syscall, message } = error as { syscall?: string; message?: string };
  const handshake = message?.includes('before secure TLS connection was established') ?? false;
  return syscall === 'connect' || handshake || networkCode(error) === 'UND_ERR_CONNECT_TIMEOUT';
}

/** A word for logs and conditions: `ECONNREFUSED`, `UND_ERR_SOCKET`, `CERT_HAS_EXPIRED`, `Timeout`; else `Unknown`. */
export function networkCode(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause instanceof Error ? networkCode(cause) : 'Unknown';
}

/** Beginnings of the codes with which Node and OpenSSL refuse a connection that is there. */
const TLS_FAULTS = /^(CERT_|CRL_|DEPTH_ZERO_|EPROTO|ERR_SSL_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_|SELF_SIGNED_|UNABLE_TO_)/;

/** Whether the {@link networkCode} of a failure says that something answers, but not with a certificate that is trusted. */
export function isTlsFault(code: string): boolean {
  return TLS_FAULTS.test(code);
}
