import { ClusterAccess } from './access';
import { accessParts } from './kubeconfig-credentials';
import { currentContext, KubeconfigError, parseDocument, type CurrentContext } from './kubeconfig-document';

/** Fields that would run or read something in our process, or weaken the connection, and what to write instead. */
const REFUSED: readonly (readonly [section: keyof CurrentContext, field: string, instead: string])[] = [
  ['cluster', 'certificate-authority', 'is a path; put the content in certificate-authority-data'],
  ['cluster', 'insecure-skip-tls-verify', 'is not accepted; put the CA in certificate-authority-data'],
  ['user', 'exec', 'would run a program; use a token or a client certificate'],
  ['user', 'auth-provider', 'is not accepted; use a token or a client certificate'],
  ['user', 'tokenFile', 'is a path; put the content in token'],
  ['user', 'token-file', 'is a path; put the content in token'],
  ['user', 'client-certificate', 'is a path; put the content in client-certificate-data'],
  ['user', 'client-key', 'is a path; put the content in client-key-data'],
];

/**
 * Reads a kubeconfig that somebody else wrote: the one in a ClusterBinding's Secret. Looks at the current context only.
 * Refuses everything that would run a program, read a file or skip verification. Fails closed.
 *
 * @throws KubeconfigError naming the field, never its value.
 */
export function parseKubeconfig(text: string): ClusterAccess {
  const context = currentContext(parseDocument(text));
  for (const [section, field, instead] of REFUSED) {
    const value = context[section][field];
    if (value !== undefined && value !== null && value !== '' && value !== false) {
      throw new KubeconfigError(`${section}s[].${section}.${field}`, instead);
    }
  }
  return new ClusterAccess(accessParts(context));
}
