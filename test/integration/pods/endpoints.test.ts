/** Where pods are told to find the virtual cluster (spec pods.md 1.7). */
import { BINDING } from '../../bench/rig/manifests';
import { eventually } from '../../support/eventually';
import { PodSteps } from './steps';

let steps: PodSteps;

beforeAll(async () => {
  steps = await PodSteps.open();
});

afterAll(async () => {
  await steps?.close();
});

/** What a new pod is told: host and port of the API, its alias, and the name server. */
async function told(name: string, spec: object = {}): Promise<unknown[]> {
  expect(await steps.place(await steps.create(name, spec))).toEqual({ result: 'created' });
  const copy = (await steps.copyOf(name)).spec;
  const value = (variable: string) => copy?.containers[0]?.env?.find((one) => one.name === variable)?.value;
  return [value('KUBERNETES_SERVICE_HOST'), value('KUBERNETES_SERVICE_PORT'), copy?.hostAliases?.[0]?.ip, copy?.dnsPolicy, copy?.dnsConfig?.nameservers?.[0]];
}

/** Makes a Service of the type LoadBalancer, with an ingress, or changes that. */
async function offer(namespace: string, name: string, ingress: object, port: number): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/services`;
  if ((await steps.virtual.find(`${path}/${name}`)) === null) {
    await steps.virtual.create(path, { metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port }] } });
  }
  await steps.virtual.merge(`${path}/${name}/status`, { status: { loadBalancer: { ingress: [ingress] } } });
}

it('follows the Services, by IP and by name, and the binding before them', async () => {
  expect(await told('alone')).toEqual([undefined, undefined, undefined, 'Default', undefined]);
  await offer('default', 'kubernetes-intranet', { ip: '10.0.0.1' }, 6443);
  await offer('kube-system', 'kube-dns-intranet', { ip: '10.0.0.2' }, 53);
  let names = 0;
  const now = () => told(`pod-${(names += 1)}`);
  await eventually(async () => expect(await now()).toEqual(['10.0.0.1', '6443', '10.0.0.1', 'None', '10.0.0.2']));
  await offer('kube-system', 'kube-dns-intranet', { ip: '10.0.0.3' }, 53);
  await eventually(async () => expect(await now()).toEqual(['10.0.0.1', '6443', '10.0.0.1', 'None', '10.0.0.3']));
  await offer('default', 'kubernetes-intranet', { hostname: 'localhost' }, 6443);
  await eventually(async () => expect(await now()).toEqual(['localhost', '6443', expect.stringMatching(/^(127\.0\.0\.1|::1)$/), 'None', '10.0.0.3']));
  await steps.bind({ virtualCluster: { apiServer: 'https://[2001:db8::1]', dns: '2001:db8::2' } });
  expect(await now()).toEqual(['2001:db8::1', '443', '2001:db8::1', 'None', '2001:db8::2']);
  await steps.bind({ virtualCluster: null });
  expect((await now())[0]).toBe('localhost');
});

it('has pods that need names wait for a DNS server whose name does not resolve, and no others', async () => {
  await steps.bind({ virtualCluster: { dns: 'dns.invalid' } });
  const pod = await steps.create('needs-names');
  const reason = `WaitingForDependency: Waiting for DNS server dns.invalid (for pods of ClusterBinding ${BINDING}): its name does not resolve`;
  expect(await steps.place(pod)).toMatchObject({ result: 'waiting', reason });
  expect((await told('needs-none', { dnsPolicy: 'Default' }))[3]).toBe('Default');
  await steps.bind({ virtualCluster: { dns: '10.0.0.9' } });
  expect(await steps.place(pod)).toEqual({ result: 'created' });
});
