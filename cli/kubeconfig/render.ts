import { stringify } from 'yaml';

/** What a kubeconfig says. */
export interface KubeconfigFacts {
  /** `https://host:port`. */
  readonly server: string;
  /** Name to verify in the server's certificate instead of the host. */
  readonly tlsServerName?: string;
  /** PEM; ends up inline. */
  readonly ca: string;
  readonly token: string;
  readonly user: string;
  /** Default namespace of the context. */
  readonly namespace: string;
}

/** A kubeconfig with one context, `<user>@<host of the server>`; authority and token are inline, no path and no command. */
export function renderKubeconfig(facts: KubeconfigFacts): string {
  const cluster = new URL(facts.server).host;
  const context = `${facts.user}@${cluster}`;
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: cluster,
          cluster: {
            server: facts.server,
            ...(facts.tlsServerName === undefined ? {} : { 'tls-server-name': facts.tlsServerName }),
            'certificate-authority-data': Buffer.from(facts.ca, 'utf8').toString('base64'),
          },
        },
      ],
      users: [{ name: facts.user, user: { token: facts.token } }],
      contexts: [{ name: context, context: { cluster, user: facts.user, namespace: facts.namespace } }],
      'current-context': context,
    },
    { lineWidth: 0 },
  );
}
