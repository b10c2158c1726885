import type { Read } from '../../domain/kubelet';

/** Ends a request with a status and a text that the caller may read. */
export class KubeletRefusal extends Error {
  override readonly name = 'KubeletRefusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** @throws KubeletRefusal */
export function orRefuse<T>(result: Read<T>): T {
  if (result.ok) return result.value;
  throw new KubeletRefusal(result.refusal.status, result.refusal.message);
}
