import type { Command } from 'commander';
import { readClusterUid } from '../../activities/fleet/cluster-uid';
import { preflight } from '../../activities/binding/preflight-checks';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { validateBinding, type PreflightCheck } from '../../domain/binding';
import { ClusterBindings } from '../../kube';
import { checkKubeconfigFile } from '../check/kubeconfig-file';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { UserError } from '../user-error';

interface CheckOptions {
  readonly binding?: string;
  readonly kubeconfig?: string;
  readonly mountNamespace?: string;
}

/** `kubeocean check`: the preflight of a binding, or of a kubeconfig before there is one, a line each; code 1 when one fails. */
export function registerCheck(program: Command, io: Io): void {
  program
    .command('check')
    .description('Check whether a physical cluster can lend: a line for each check, with what to do where it does not pass.')
    .option('--binding <name>', 'an existing ClusterBinding; --kubeconfig is then that of the virtual cluster')
    .option('--kubeconfig <file>', "without --binding: the physical cluster's, as it would be put into the Secret")
    .option('--mount-namespace <name>', `without --binding: the mount namespace (default: "${WORKER_NAMESPACE}")`)
    .action((options: CheckOptions) => check(options, io));
}

async function check(options: CheckOptions, io: Io): Promise<void> {
  const checks = options.binding === undefined ? await checkFile(options) : await checkBinding(options.binding, options);
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const { name, status, message } of checks) io.out(`${status.padEnd(7)}  ${name.padEnd(width)}  ${message}\n`);
  const failed = checks.filter(({ status }) => status === 'Failed').map(({ name }) => name);
  if (failed.length > 0) throw new UserError(`${failed.length} of ${checks.length} checks failed: ${failed.join(', ')}.`);
  const warnings = checks.filter(({ status }) => status === 'Warning').length;
  io.err(`the cluster can be used${warnings === 0 ? '' : `; ${warnings} warnings`}\n`);
}

async function checkFile({ kubeconfig, mountNamespace = WORKER_NAMESPACE }: CheckOptions): Promise<readonly PreflightCheck[]> {
  if (kubeconfig === undefined) throw new UserError('Give --binding, or --kubeconfig with the kubeconfig of the physical cluster.');
  return checkKubeconfigFile(kubeconfig, mountNamespace);
}

async function checkBinding(name: string, { kubeconfig, mountNamespace }: CheckOptions): Promise<readonly PreflightCheck[]> {
  if (mountNamespace !== undefined) throw new UserError('--mount-namespace goes without --binding only: the binding names its own.');
  return withCluster(kubeconfig, async ({ client }) => {
    const { items } = await client.list(ClusterBindings);
    const binding = items.find(({ metadata }) => metadata.name === name);
    if (binding === undefined) throw new UserError(`ClusterBinding ${name} does not exist in the cluster of --kubeconfig.`);
    const problems = validateBinding({ name, spec: binding.spec });
    if (problems.length > 0) throw new UserError(`ClusterBinding ${name} is not valid: ${problems.map(({ message }) => message).join(' ')}`);
    const { checks } = await preflight({ client, uid: await readClusterUid(client) }, binding, items);
    return checks;
  });
}
