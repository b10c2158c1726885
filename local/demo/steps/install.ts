import { join } from 'node:path';
import { SYSTEM_NAMESPACE } from '../../../api/names/keys';
import { zoneOfTheEvening } from '../evening';
import { startProduct } from '../product';
import type { Walk, WalkStep } from '../walk';

/** CRDs, namespaces and RBAC everywhere, then `kubeocean up` with two workers, as the least-privileged account that there is. */
export const install: WalkStep = {
  title: 'kubeocean install on all clusters, kubeocean up with two workers',
  run: async (walk) => {
    const { stack, commands, durations, dir } = walk;
    const installed = [stack.virtual, ...stack.physical].map((cluster, index) =>
      commands.kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', index === 0 ? 'virtual' : 'physical'),
    );
    await Promise.all(installed);
    const zone = zoneOfTheEvening();
    await startProduct({
      ...{ supervisor: stack.supervisor, dir },
      kubeconfig: await borrowersKubeconfig(walk),
      temporalAddress: stack.temporal.address,
      env: { ...walk.settings, TZ: zone, KUBEOCEAN_UNREACHABLE_AFTER_MS: `${durations.unreachableAfter}` },
    });
    return `ready; its clock is in ${zone}, where it is evening`;
  },
};

/** Outside the virtual cluster the product needs a token of the ServiceAccount that a pod would have. */
async function borrowersKubeconfig({ stack, commands, dir }: Walk): Promise<string> {
  const account = 'kubeocean';
  await stack.virtual.api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, {
    type: 'kubernetes.io/service-account-token',
    metadata: { name: account, annotations: { 'kubernetes.io/service-account.name': account } },
  });
  const file = join(dir, 'kubeocean.kubeconfig');
  await commands.script(stack.virtual.kubeconfig, 'hack/kubeconfig.sh', account, SYSTEM_NAMESPACE, file);
  return file;
}
