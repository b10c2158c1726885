import { Option, type Command } from 'commander';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { withCluster } from '../connect';
import { applyManifest, type Applied, type ApplyResult } from '../install/apply';
import { CLUSTER_ROLES, NODE_FIGURES, readManifests, SERVICE_MIRRORS, type ClusterRoleName } from '../install/manifests';
import { placeIn } from '../install/place';
import { waitUntilEstablished } from '../install/wait-until-established';
import type { Io } from '../io';
import { UserError } from '../user-error';

interface InstallOptions {
  readonly kubeconfig: string;
  readonly role: ClusterRoleName;
  readonly namespace?: string;
  readonly nodeFigures?: boolean;
  readonly services?: boolean;
  readonly dryRun?: boolean;
}

/** `kubeocean install`: CRD, namespace and RBAC of one side, idempotently; a line per object says what changed. */
export function registerInstall(program: Command, io: Io): void {
  program
    .command('install')
    .description('Apply the CRD, namespace and RBAC that a virtual or a physical cluster needs; safe to repeat.')
    .requiredOption('--kubeconfig <file>', 'kubeconfig of a cluster administrator')
    .addOption(
      new Option('--role <role>', 'virtual: the cluster that borrows; physical: one that lends')
        .choices([...CLUSTER_ROLES])
        .makeOptionMandatory(),
    )
    .option('--namespace <name>', `physical only: the mount namespace (default: "${WORKER_NAMESPACE}")`)
    .option('--node-figures', 'physical only: also grant the node proxy, for all figures of lent nodes; it opens every kubelet to the borrower')
    .option('--services', 'physical only: also grant Services and EndpointSlices everywhere, for bindings with serviceNamespaces')
    .option('--dry-run', 'let the API server check everything and write nothing')
    .action((options: InstallOptions) => install(options, io));
}

async function install(options: InstallOptions, io: Io): Promise<void> {
  const dryRun = options.dryRun === true;
  const manifests = manifestsFor(options);
  await withCluster(options.kubeconfig, async ({ client }) => {
    const results: ApplyResult[] = [];
    for (const manifest of manifests) {
      const applied = await applyManifest(client, manifest, { dryRun });
      results.push(applied.result);
      io.out(`${line(applied)}\n`);
    }
    if (!dryRun) await waitUntilEstablished(client, manifests);
    io.err(`${summary(results)}${dryRun ? '; dry run, nothing was written' : ''}\n`);
  });
}

function manifestsFor({ role, namespace, nodeFigures, services }: InstallOptions) {
  if (role === 'virtual') {
    const given = (namespace !== undefined && '--namespace') || (nodeFigures && '--node-figures') || (services && '--services');
    if (given) throw new UserError(`${given} goes with --role physical only; leave it out.`);
    return readManifests(role);
  }
  const extras = [...(nodeFigures ? readManifests(NODE_FIGURES) : []), ...(services ? readManifests(SERVICE_MIRRORS) : [])];
  const manifests = [...readManifests(role), ...extras];
  return placeIn(namespace ?? WORKER_NAMESPACE, manifests);
}

function line({ result, kind, key, unchecked }: Applied): string {
  const note = unchecked ? '  (not checked by the server: its namespace does not exist yet)' : '';
  return `${result.padEnd('unchanged'.length)}  ${kind.toLowerCase()}/${key}${note}`;
}

function summary(results: readonly ApplyResult[]): string {
  const count = (wanted: ApplyResult) => results.filter((result) => result === wanted).length;
  return `${count('created')} created, ${count('changed')} changed, ${count('unchanged')} unchanged`;
}
