import { ApplicationFailure } from '@temporalio/common';
import { isKubeError } from '../kube';
import type { KubeError } from '../kube';

/** Failures that repeating cannot mend: the input is wrong, or somebody else's object is in the way. */
const FINAL: readonly string[] = ['InvalidSpec', 'NotOwned'];
/** Failures that belong to a normal day: no error log, no error metric. */
const BENIGN: readonly string[] = ['Conflict', 'DrainBlocked', 'AlreadyExists'];

/**
 * Turns what an activity throws into a failure with a stable `type`. Only names and reasons go into the message: it is stored in a
 * readable history.
 */
export function failing<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return await run(...args);
    } catch (error) {
      throw isKubeError(error) ? fromKube(error) : fromOther(error);
    }
  };
}

function fromKube(error: KubeError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: FINAL.includes(error.code),
    category: BENIGN.includes(error.code) ? 'BENIGN' : undefined,
    nextRetryDelay: error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1_000,
  });
}

/** Names of our own errors are their types; anything else is a bug, whose message nobody has vetted. */
function fromOther(error: unknown): unknown {
  if (error instanceof ApplicationFailure || !(error instanceof Error)) return error;
  const known = ['CredentialsFault', 'BindingGone', 'StoresNotReady'].includes(error.name);
  if (known) return ApplicationFailure.create({ type: error.name, message: error.message });
  return error;
}
