import { fakeNode, isUsable, nodeNames } from '../../../local/clusters/fake-nodes';
import { kubeconfigText } from '../../../local/clusters/kubeconfig';
import { FakeAnnotation, kwokStages } from '../../../local/clusters/kwok-stages';
import { AUDIT_POLICY } from '../../../local/clusters/audit-policy';
import { graceOf, type AuditEvent } from '../../support/audit';
import { parse } from 'yaml';

it('writes a kubeconfig that needs no other file', () => {
  const text = kubeconfigText({ name: 'c1', server: 'https://127.0.0.1:1', ca: 'CA', credential: { cert: 'CERT', key: 'KEY' } });
  expect(parse(text)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c1',
    clusters: [{ name: 'c1', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Q0E=' } }],
    users: [{ name: 'c1', user: { 'client-certificate-data': 'Q0VSVA==', 'client-key-data': 'S0VZ' } }],
    contexts: [{ name: 'c1', context: { cluster: 'c1', user: 'c1' } }],
  });
});

it('describes a fake node as a kubelet would', () => {
  expect(fakeNode('n1', { labels: { pool: 'a' }, allocatable: { cpu: '2' } })).toMatchObject({
    metadata: {
      name: 'n1',
      labels: { 'kubernetes.io/hostname': 'n1', pool: 'a' },
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
    },
    spec: {},
    status: { capacity: { cpu: '2', memory: '32Gi', pods: '110' }, allocatable: { cpu: '2' } },
  });
  expect(nodeNames('n', 2)).toEqual(['n-1', 'n-2']);
});

const ready = { type: 'Ready', status: 'True' };
const notReadyTaint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

it.each([
  { name: 'Ready and untainted', conditions: [ready], taints: [], expected: true },
  { name: 'Ready, other taint', conditions: [ready], taints: [{ key: 'gpu', effect: 'NoSchedule' }], expected: true },
  { name: 'Ready, still tainted', conditions: [ready], taints: [notReadyTaint], expected: false },
  { name: 'not Ready', conditions: [{ ...ready, status: 'False' }], taints: [], expected: false },
  { name: 'new', conditions: undefined, taints: [notReadyTaint], expected: false },
])('a node is usable or not: $name', ({ conditions, taints, expected }) => {
  expect(isUsable({ spec: { taints }, status: { conditions } })).toBe(expected);
});

it('replaces all default stages of kwok, and every annotation for tests has a stage', () => {
  const stages = kwokStages() as { metadata: { name: string } }[];
  expect(stages.map((stage) => stage.metadata.name)).toEqual(['node-up', 'node-down', 'pod-run', 'pod-exit', 'pod-stop']);
  const text = JSON.stringify(stages);
  expect(Object.values(FakeAnnotation).filter((key) => !text.includes(key))).toEqual([]);
});

it('audits no body but that of a deletion', () => {
  const withBody = AUDIT_POLICY.rules.filter(({ level }) => !['None', 'Metadata'].includes(level));
  expect(withBody).toEqual([{ level: 'Request', verbs: ['delete'], resources: [expect.objectContaining({ group: '' })] }]);
});

const deletion = { verb: 'delete', requestURI: '/api/v1/namespaces/n/pods/p' } as AuditEvent;

it.each([
  { name: 'body', event: { ...deletion, requestObject: { gracePeriodSeconds: 0 } }, expected: 0 },
  { name: 'query', event: { ...deletion, requestURI: `${deletion.requestURI}?gracePeriodSeconds=7` }, expected: 7 },
  { name: 'nowhere', event: deletion, expected: null },
])('reads the grace of a deletion from its $name', ({ event, expected }) => {
  expect(graceOf(event)).toBe(expected);
});
