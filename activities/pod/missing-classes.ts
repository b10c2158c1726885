import type { Pod } from 'kubernetes-types/core/v1';
import type { MissingNeed } from '../../domain/pods/dependencies/needs';
import { isKubeError, PriorityClasses, RuntimeClasses } from '../../kube';
import type { KubeObject, ResourceType } from '../../kube';
import type { Subject } from './subject';

/**
 * The classes that a copy names and the physical cluster does not have, when it has refused the copy. The server answers 403 for
 * a missing class and says which only in its message, so the classes themselves are looked at. What may not be read is not missing.
 *
 * @param error what the creation of the pod failed with
 */
export async function missingClasses({ binding, physical }: Subject, { spec }: Pod, error: unknown): Promise<MissingNeed[]> {
  if (!isKubeError(error, 'Unauthorized')) return [];
  const isMissing = async (type: ResourceType<KubeObject>, name: string | undefined): Promise<boolean> => {
    if (!name) return false;
    return await physical.client.get(type, { name }).then(
      (found) => found === null,
      () => false,
    );
  };
  const { runtimeClassName = '', priorityClassName = '' } = spec ?? {};
  const [noRuntime, noPriority] = await Promise.all([
    isMissing(RuntimeClasses, runtimeClassName),
    isMissing(PriorityClasses, priorityClassName),
  ]);
  const why = 'not found in the physical cluster';
  const named = `podPriorityClassName of ClusterBinding ${binding.metadata.name}`;
  return [
    ...(noRuntime ? [{ kind: 'RuntimeClass', name: runtimeClassName, field: 'spec.runtimeClassName', why } as const] : []),
    ...(noPriority ? [{ kind: 'PriorityClass', name: priorityClassName, field: named, why } as const] : []),
  ];
}
