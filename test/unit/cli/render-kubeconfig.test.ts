import { parse } from 'yaml';
import { renderKubeconfig } from '../../../cli/kubeconfig/render';

const facts = { server: 'https://lender.example:6443', ca: 'PEM', token: 'a-token', user: 'sa', namespace: 'ns' };

it('holds authority and token inline, under one context', () => {
  expect(parse(renderKubeconfig(facts))).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'lender.example:6443',
        cluster: { server: 'https://lender.example:6443', 'certificate-authority-data': Buffer.from('PEM').toString('base64') },
      },
    ],
    users: [{ name: 'sa', user: { token: 'a-token' } }],
    contexts: [{ name: 'sa@lender.example:6443', context: { cluster: 'lender.example:6443', user: 'sa', namespace: 'ns' } }],
    'current-context': 'sa@lender.example:6443',
  });
});

it('carries the name to verify where it differs from the host', () => {
  const { clusters } = parse(renderKubeconfig({ ...facts, tlsServerName: 'kubernetes' })) as { clusters: object[] };
  expect(clusters).toEqual([{ name: 'lender.example:6443', cluster: expect.objectContaining({ 'tls-server-name': 'kubernetes' }) }]);
});
