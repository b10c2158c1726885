import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Credential } from './certificates';

/** Who asks which API server. */
export interface KubeconfigInput {
  /** Name of cluster, user and context. */
  readonly name: string;
  /** https URL of the API server. */
  readonly server: string;
  /** PEM of the authority. */
  readonly ca: string;
  readonly credential: Credential;
}

/** A kubeconfig with everything inline: no path in it, so it may travel into a Secret. */
export function kubeconfigText(input: KubeconfigInput): string {
  const { name, server, ca, credential } = input;
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(ca) } }],
      users: [
        { name, user: { 'client-certificate-data': base64(credential.cert), 'client-key-data': base64(credential.key) } },
      ],
      contexts: [{ name, context: { cluster: name, user: name } }],
    },
    { lineWidth: 0 },
  );
}

/** Writes {@link kubeconfigText} to `path`, readable by its owner only, and returns the path. */
export async function writeKubeconfig(path: string, input: KubeconfigInput): Promise<string> {
  await writeFile(path, kubeconfigText(input), { mode: 0o600 });
  return path;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
