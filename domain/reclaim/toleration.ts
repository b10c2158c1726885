import type { Toleration } from 'kubernetes-types/core/v1';
import { Taint } from '../../api/names/keys';
import type { EpochMillis } from '../windows';

const VALUE = 'true';
const EFFECT = 'NoExecute';

/**
 * How long tolerations protect a pod from the taint `kubeocean.io/out-of-time-windows=true:NoExecute` that stands since
 * an instant: for ever, until an instant, or not at all (`null`).
 * The first toleration that names the key counts, by its operator, value, effect and `tolerationSeconds`; a wildcard
 * without key, which agents carry for quite other reasons, does not.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
 */
export function protectedUntil(
  tolerations: readonly Toleration[] | undefined,
  since: EpochMillis,
): EpochMillis | 'Forever' | null {
  const toleration = (tolerations ?? []).find(namesWindowTaint);
  if (toleration === undefined) {
    return null;
  }
  const { tolerationSeconds } = toleration;
  return tolerationSeconds === undefined ? 'Forever' : since + Math.max(0, tolerationSeconds) * 1000;
}

function namesWindowTaint({ key, operator, value, effect }: Toleration): boolean {
  const matchesValue = operator === 'Exists' || ((operator || 'Equal') === 'Equal' && value === VALUE);
  return key === Taint.OutOfTimeWindows && matchesValue && (!effect || effect === EFFECT);
}
