/** An answer that refuses: HTTP status and the kubelet's text. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** What came of reading a request. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export const read = <T>(value: T): Read<T> => ({ ok: true, value });
export const refused = (status: number, message: string): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { status, message },
});
