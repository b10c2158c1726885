import type { Command } from 'commander';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { readServiceAccountToken } from '../kubeconfig/read-token';
import { renderKubeconfig } from '../kubeconfig/render';
import { writePrivateFile } from '../kubeconfig/write-private-file';
import { UserError } from '../user-error';

interface KubeconfigOptions {
  readonly kubeconfig?: string;
  readonly serviceAccount: string;
  readonly namespace: string;
  readonly output?: string;
  readonly server?: string;
}

/** `kubeocean kubeconfig`: the kubeconfig that the lender hands to the borrower. */
export function registerKubeconfig(program: Command, io: Io): void {
  program
    .command('kubeconfig')
    .description('Print the least-privilege kubeconfig of a physical cluster, as made by install --role physical.')
    .option('--kubeconfig <file>', 'kubeconfig that may read the token Secret (default: KUBECONFIG, else ~/.kube/config)')
    .option('--service-account <name>', 'whose kubeconfig', 'kubeocean-syncer')
    .option('--namespace <name>', 'namespace of the ServiceAccount', WORKER_NAMESPACE)
    .option('--output <file>', 'write to a file that only its owner can read, instead of to standard output')
    .option('--server <url>', 'address of the API server as the borrower reaches it (default: the one in --kubeconfig)')
    .action((options: KubeconfigOptions) => printKubeconfig(options, io));
}

async function printKubeconfig(options: KubeconfigOptions, io: Io): Promise<void> {
  const { serviceAccount: name, namespace, output } = options;
  const server = options.server === undefined ? undefined : checkedServer(options.server);
  const text = await withCluster(options.kubeconfig, async ({ access, client }) => {
    const credential = await readServiceAccountToken(client, { namespace, name });
    return renderKubeconfig({
      server: server ?? access.server,
      tlsServerName: server === undefined ? access.tls().servername : undefined,
      user: name,
      namespace,
      ...credential,
    });
  });
  if (output === undefined) return io.out(text);
  await writePrivateFile(output, text);
  io.err(`kubeconfig of ServiceAccount ${namespace}/${name} written to ${output}\n`);
}

/** @throws UserError for anything but an `https` URL; a user or password in it would end up in the file. */
function checkedServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new UserError('--server must be the https URL of the API server, such as https://10.0.0.1:6443.');
  }
  return text.replace(/\/$/, '');
}
