import { readFileSync } from 'node:fs';
import { checkCluster } from '../../activities/binding/preflight-checks';
import { Check, CONTENT_CHECKS, credentialsCheck, failed, passed, skipped, type PreflightCheck } from '../../domain/binding';
import { createKubeClient, KubeconfigError, parseKubeconfig, type ClusterAccess } from '../../kube';
import { UserError } from '../user-error';

/**
 * Checks a kubeconfig as a binding would, before there is a binding: it is read as strictly as one in a Secret.
 * @throws UserError when the file cannot be read
 */
export async function checkKubeconfigFile(file: string, mountNamespace: string): Promise<readonly PreflightCheck[]> {
  const access = parse(read(file));
  if (access instanceof KubeconfigError) {
    const kubeconfig = failed(Check.Kubeconfig, `${access.message}: correct it, or make one with "kubeocean kubeconfig".`);
    return [kubeconfig, ...skipped([Check.Credentials, Check.Reachable, Check.TLS, ...CONTENT_CHECKS], kubeconfig.name)];
  }
  const client = createKubeClient(access, { component: 'cli' });
  try {
    const { checks } = await checkCluster(client, { mountNamespace, virtualCluster: null, virtualVersion: null });
    const complete = passed(Check.Kubeconfig, 'The kubeconfig is complete.');
    return [complete, credentialsCheck(access.lifetime(), 'the Secret of the binding', Date.now()), ...checks];
  } finally {
    await client.close();
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UserError(`--kubeconfig ${file} cannot be read; name the kubeconfig file of the physical cluster.`);
  }
}

function parse(text: string): ClusterAccess | KubeconfigError {
  try {
    return parseKubeconfig(text);
  } catch (error) {
    if (error instanceof KubeconfigError) return error;
    throw error;
  }
}
