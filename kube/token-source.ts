import { readFile } from 'node:fs/promises';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import type { TokenSource } from './access';
import { KubeconfigError } from './kubeconfig-document';

/** How long a token is used before it is asked for again; what client-go does for files. */
const FRESH_MS = 60_000;

/** A token in a file that somebody renews, such as that of a mounted ServiceAccount. */
export function fileToken(file: string): TokenSource {
  return cached(async () => (await readFile(file, 'utf8')).trim());
}

/** The token that a credential plugin prints. Only for an operator's own kubeconfig: it runs a program. */
export function execToken(exec: Readonly<Record<string, unknown>>): TokenSource {
  const plugin = new ExecAuth();
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const environment = Array.isArray(exec.env) ? (exec.env as object[]) : [];
  const env = [...environment, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  return cached(async () => {
    const request: { headers: Record<string, string> } = { headers: {} };
    await plugin.applyAuthentication({ name: 'operator', exec: { ...exec, env } }, request).catch(() => undefined);
    const token = request.headers.Authorization?.replace(/^Bearer /, '');
    if (!token) throw new KubeconfigError('users[].user.exec', 'gave no token');
    return token;
  });
}

/** One reading at a time, kept for {@link FRESH_MS}; a failed one is not kept. */
function cached(read: TokenSource): TokenSource {
  let current: { readonly token: Promise<string>; readonly until: number } | null = null;
  return () => {
    if (current !== null && Date.now() < current.until) return current.token;
    const token = read();
    current = { token, until: Date.now() + FRESH_MS };
    token.catch(() => {
      current = null;
    });
    return token;
  };
}
