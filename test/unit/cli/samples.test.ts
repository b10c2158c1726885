import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Service } from 'kubernetes-types/core/v1';
import { parse, parseAllDocuments } from 'yaml';
import { clusterBindingSchema } from '../../../api/schema/cluster-binding';
import { resourceLeasingPolicySchema } from '../../../api/schema/resource-leasing-policy';
import { kubeletSettings } from '../../../gateway/settings';
import { activitySettings } from '../../../workers/settings';

const text = (path: string) => readFileSync(join(__dirname, '../../../deploy', path), 'utf8');
const sample = (path: string) => parse(text(`samples/${path}`)) as Record<string, unknown>;

describe.each(['cluster-a', 'cluster-b'])('%s', (name) => {
  const secret = sample(`${name}/secret.yaml`) as { metadata: { name: string; namespace: string }; stringData: object };

  it('has a binding that says only what the schema knows', () => {
    const { spec } = sample(`${name}/cluster-binding.yaml`);
    expect(clusterBindingSchema.parse({ spec }).spec).toEqual(spec);
    expect(spec).toMatchObject({ secretRef: secret.metadata });
    expect(Object.keys(secret.stringData)).toEqual(['kubeconfig']);
  });

  it('has a policy for that binding', () => {
    const { spec } = sample(`${name}/resource-leasing-policy.yaml`);
    expect(resourceLeasingPolicySchema.parse({ spec }).spec).toEqual(spec);
    expect(spec).toMatchObject({ cluster: (sample(`${name}/cluster-binding.yaml`).metadata as { name: string }).name });
  });
});

describe('two gateways behind a Service', () => {
  const [service, deployment] = parseAllDocuments(text('samples/gateway.yaml')).map((document) => document.toJS() as unknown) as [Service, Deployment];
  const spec = deployment.spec!.template.spec!;
  const container = spec.containers[0]!;
  /** As a kubelet fills it in: every Service of the namespace has its address in a variable. */
  const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => {
    const host = `$(${service.metadata?.name?.toUpperCase().replaceAll('-', '_')}_SERVICE_HOST)`;
    return [name, value?.replace(host, '10.96.0.7') ?? ''];
  }));

  it('lead to ports that a gateway serves, at the address that workers write on virtual nodes', () => {
    const kubelet = kubeletSettings(env)!;
    const ports = service.spec?.ports?.map(({ port }) => port);
    expect(ports).toEqual([kubelet.port, kubelet.prometheusPort]);
    expect(kubelet.names).toEqual(['10.96.0.7']);
    expect(activitySettings({ ...env, TZ: 'UTC' })).toMatchObject({ gatewayAddress: '10.96.0.7', kubeletPort: kubelet.port });
    expect(deployment.spec?.template.metadata?.labels).toMatchObject(service.spec!.selector!);
  });

  it('are skipped while they take no connections, and have the time that their streams are given', () => {
    const named = container.ports?.find(({ name }) => name === 'http');
    expect([named?.containerPort, container.readinessProbe?.httpGet?.path]).toEqual([Number(env.KUBEOCEAN_HTTP_PORT), '/kubeletz']);
    const asleep = Number(container.lifecycle?.preStop?.exec?.command?.[1]);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(asleep + kubeletSettings(env)!.drainMs / 1_000 + 5);
  });

  it('have the rights of the ServiceAccount that is installed', () => {
    const account = parse(text('rbac/virtual/service-account.yaml')) as { metadata: object };
    expect({ name: spec.serviceAccountName, namespace: deployment.metadata?.namespace }).toEqual(account.metadata);
  });
});
