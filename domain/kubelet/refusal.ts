/** An answer that refuses: HTTP status and the kubelet's text. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** What came of reading a request. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** An input that was understood. */
export const read = <T>(value: T): Read<T> => ({ ok: true, value });
/** An input that was not; the message goes to the caller. */
export const refused = (status: number, message: string): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { status, message },
});
