import { PodReason, warning, type PodReport } from '../reasons';
import type { SourceRef } from './source-ref';

/**
 * Event of a running pod that uses an object whose copy is not as the object is now.
 * @param why in words for people; no content of the object
 */
export function staleCopyReport({ kind, name }: Pick<SourceRef, 'kind' | 'name'>, why: string): PodReport {
  return warning(PodReason.FailedUpdateCopy, `The pod still uses an earlier version of ${kind} ${name}: ${why}`);
}
