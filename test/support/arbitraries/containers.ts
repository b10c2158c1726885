import fc from 'fast-check';
import type { Container, EnvVar } from 'kubernetes-types/core/v1';
import { dnsLabel, referenceName } from './names';

const optional = fc.constantFrom(undefined, true, false);
const key = fc.constantFrom('key', 'a.b', 'config.yaml');

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
  "metadata.labels['app']",
  "metadata.annotations['example.com/x']",
] as const;
/** Fields that volumes may show. */
const FILE_FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'metadata.labels', 'metadata.annotations', "metadata.labels['app']"] as const;

const reference = fc.record({ name: referenceName, key, optional });
const variableName = fc.constantFrom('A', 'HOME_DIR', 'HOSTNAME', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT', 'with.dot');

const variable = fc.oneof(
  fc.record({ name: variableName, value: fc.constantFrom('', 'x', '$(A)/y') }),
  fc.record({ name: variableName, valueFrom: fc.record({ configMapKeyRef: reference }) }),
  fc.record({ name: variableName, valueFrom: fc.record({ secretKeyRef: reference }) }),
  fc.record({ name: variableName, valueFrom: fc.record({ fieldRef: fc.record({ fieldPath: fc.constantFrom(...FIELDS) }) }) }),
  fc.record({ name: variableName, valueFrom: fc.constant({ resourceFieldRef: { resource: 'limits.cpu' } }) }),
) as fc.Arbitrary<EnvVar>;

const source = fc.oneof(
  fc.record({ configMapRef: fc.record({ name: referenceName, optional }) }),
  fc.record({ prefix: fc.constant('P_'), secretRef: fc.record({ name: referenceName, optional }) }),
);

const resources = fc.constantFrom(
  undefined,
  {},
  { requests: { cpu: '100m' } },
  { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi', 'example.com/gpu': '1' } },
);

const lifecycle = fc.constantFrom(
  { preStop: { exec: { command: ['sh', '-c', 'sleep 5'] } } },
  { preStop: { sleep: { seconds: 5 } }, postStart: { httpGet: { path: '/', port: 80 } } },
);
const probe = fc.constantFrom({ httpGet: { path: '/ready', port: 80 } }, { exec: { command: ['true'] }, periodSeconds: 3 }, { tcpSocket: { port: 80 }, failureThreshold: 5 });

export interface Surroundings {
  readonly volumes: readonly string[];
  readonly hostNetwork: boolean;
}

/** Containers of one pod, told apart by their place. */
export function containers({ volumes, hostNetwork }: Surroundings, sides: { readonly start: string; readonly max: number }): fc.Arbitrary<Container[]> {
  const init = sides.start === 'init';
  const body = fc.record(
    {
      image: fc.constantFrom('nginx:1.27', 'busybox', 'registry.example/a/b@sha256:' + 'a'.repeat(64)),
      command: fc.constant(['sh', '-c', 'echo $(A)']),
      env: fc.uniqueArray(variable, { maxLength: 5, selector: ({ name }) => name }),
      envFrom: fc.array(source, { maxLength: 2 }),
      resources,
      restartPolicy: init ? fc.constantFrom(undefined, 'Always') : fc.constant(undefined),
      volumeMounts: fc.subarray([...volumes]).map((names) => names.map((name) => ({ name, mountPath: `/mnt/${name}` }))),
      securityContext: fc.constantFrom({}, { privileged: true }, { runAsNonRoot: true, runAsUser: 1 }, { readOnlyRootFilesystem: true }),
      ...(!init && { lifecycle, readinessProbe: probe, livenessProbe: probe, startupProbe: probe }),
      imagePullPolicy: fc.constantFrom('Always', 'IfNotPresent'),
      terminationMessagePolicy: fc.constantFrom('File', 'FallbackToLogsOnError'),
    },
    { requiredKeys: ['image'] },
  );
  const place = (index: number) => {
    const port = (init ? 9000 : 8000) + index;
    return [[], [{ containerPort: port }], [{ containerPort: port, hostPort: hostNetwork ? port : port + 500, protocol: 'UDP' }]];
  };
  return fc
    .array(fc.tuple(body, fc.nat(2)), { minLength: init ? 0 : 1, maxLength: sides.max })
    .map((all) => all.map(([one, ports], index) => ({ ...one, name: `${sides.start}-${index}`, ports: place(index)[ports] }) as unknown as Container));
}

export const downwardFiles = fc.uniqueArray(
  fc.record({ path: fc.constantFrom('name', 'dir/namespace', 'uid', 'labels'), fieldRef: fc.record({ fieldPath: fc.constantFrom(...FILE_FIELDS) }) }),
  { maxLength: 3, selector: ({ path }) => path },
);

export { dnsLabel };
