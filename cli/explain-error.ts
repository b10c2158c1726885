import { isKubeError, KubeErrorCode, type KubeError } from '../kube';
import { UserError } from './user-error';

/** One sentence for the person at the terminal, without a stack trace and without content of the cluster. */
export function explainError(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (isKubeError(error)) return explainKubeError(error);
  return `Unexpected failure: ${error instanceof Error ? error.message : String(error)}.`;
}

const ADVICE: Partial<Record<KubeErrorCode, string>> = {
  [KubeErrorCode.Unauthorized]: 'The identity in --kubeconfig may not do this; use one with the rights of a cluster administrator.',
  [KubeErrorCode.ApiUnavailable]: 'The API server named in --kubeconfig does not answer; check its address and that it runs.',
  [KubeErrorCode.NotFound]: 'The API server does not know this kind or namespace; check that --kubeconfig names the right cluster.',
  [KubeErrorCode.Throttled]: 'The API server is busy; try again later.',
};

function explainKubeError(error: KubeError): string {
  const advice = ADVICE[error.code];
  return advice === undefined ? `${error.message}.` : `${error.message}. ${advice}`;
}
