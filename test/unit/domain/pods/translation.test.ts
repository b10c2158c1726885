import type { Container, EnvVar, PodSpec, Toleration, Volume } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint } from '../../../../api/names/keys';
import { physicalName, references, specHash, tokenSecretName, toPhysicalPod, type PodObject, type TranslationContext } from '../../../../domain/pods';
import { aPod, deepFreeze, kubeApiAccess, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';

const CONTEXT: TranslationContext = {
  ...OWNERSHIP,
  mountNamespace: 'kubeocean-worker',
  physicalNode: 'n1',
  virtualApi: { host: '10.0.0.1', ip: '10.0.0.1', port: 6443 },
  dns: '10.0.0.2',
};
const ALONE: TranslationContext = { ...CONTEXT, virtualApi: null, dns: null };

/** Input and context are frozen, so a row also fails when the rule changes them. */
function translate(vPod: PodObject | PodBuilder, context = CONTEXT): PodSpec {
  const built = 'build' in vPod ? vPod.build() : vPod;
  return toPhysicalPod(built, deepFreeze({ ...context })).pod.spec as PodSpec;
}
const env = (variables: EnvVar[], context = ALONE): EnvVar[] | undefined =>
  translate(aPod('web', 'prod').container({ env: variables }), context).containers[0]?.env;

describe('the object', () => {
  it('has name, namespace, labels, annotations and spec, nothing else', () => {
    const vPod = aPod('web', 'prod')
      .meta({ generateName: 'web-', finalizers: ['x/y'] } as object)
      .ownedBy({ kind: 'Job', name: 'j' })
      .build();
    const { pod } = toPhysicalPod(vPod, CONTEXT);
    expect(Object.keys(pod).sort()).toEqual(['apiVersion', 'kind', 'metadata', 'spec']);
    expect(Object.keys(pod.metadata ?? {}).sort()).toEqual(['annotations', 'labels', 'name', 'namespace']);
    expect(pod).toMatchObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: physicalName('web', 'prod'), namespace: 'kubeocean-worker' } });
  });

  it('takes the workload from an owner that was read', () => {
    const vPod = aPod().ownedBy({ kind: 'ReplicaSet', name: 'r' }).build();
    const { pod } = toPhysicalPod(vPod, { ...CONTEXT, resolvedOwner: { kind: 'Deployment', name: 'd' } });
    expect(pod.metadata?.labels).toMatchObject({ [Label.WorkloadType]: 'deployment', [Label.WorkloadName]: 'd' });
  });

  it('is written from the pod without its ephemeral containers, which the next comparison brings', () => {
    const debugged = aPod().spec({ ephemeralContainers: [{ name: 'debug', image: 'busybox' }] }).build();
    const { pod } = toPhysicalPod(debugged, CONTEXT);
    expect(pod.metadata?.annotations?.[Annotation.SpecHash]).toBe(specHash(aPod().build()));
    expect(pod.metadata?.annotations?.[Annotation.SpecHash]).not.toBe(specHash(debugged));
  });

  it('is plain JSON: no field without a value', () => {
    const { pod } = toPhysicalPod(aPod().build(), ALONE);
    expect(JSON.parse(JSON.stringify(pod))).toStrictEqual(pod);
  });
});

describe('spec (spec pods.md 1.6)', () => {
  it('of the smallest pod', () => {
    expect(translate(aPod(), ALONE)).toEqual({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
          },
        },
      },
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'nginx:1.27', env: [{ name: 'HOSTNAME', value: 'web' }] }],
      dnsPolicy: 'Default',
      hostname: 'web',
      priorityClassName: 'kubeocean-default',
      tolerations: [],
    });
  });

  it.each<[string, object]>([
    ['nodeName', { nodeName: 'vnode-east-n1' }],
    ['nodeSelector', { nodeSelector: { a: 'b' } }],
    ['schedulerName', { schedulerName: 'mine' }],
    ['topologySpreadConstraints', { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }] }],
    ['schedulingGates', { schedulingGates: [{ name: 'g' }] }],
    ['workloadRef', { workloadRef: { name: 'w', podGroup: 'g' } }],
    ['schedulingGroup', { schedulingGroup: { podGroupName: 'g' } }],
    ['priority', { priority: 1000 }],
    ['preemptionPolicy', { preemptionPolicy: 'Never' }],
    ['overhead', { runtimeClassName: 'kata', overhead: { cpu: '250m' } }],
    ['serviceAccountName', { serviceAccountName: 'robot' }],
    ['serviceAccount', { serviceAccount: 'robot' }],
    ['ephemeralContainers', { ephemeralContainers: [{ name: 'debug' }] }],
  ])('%s is left behind', (field, spec) => expect(translate(aPod().spec(spec))).not.toHaveProperty(field));

  it.each<[string, unknown]>([
    ['activeDeadlineSeconds', 60],
    ['terminationGracePeriodSeconds', 5],
    ['restartPolicy', 'OnFailure'],
    ['securityContext', { runAsUser: 1 }],
    ['hostNetwork', true],
    ['hostPID', true],
    ['hostIPC', true],
    ['hostUsers', false],
    ['shareProcessNamespace', true],
    ['runtimeClassName', 'kata'],
    ['os', { name: 'linux' }],
    ['readinessGates', [{ conditionType: 'x/y' }]],
    ['enableServiceLinks', false],
    ['subdomain', 'sub'],
    ['setHostnameAsFQDN', true],
    ['resources', { requests: { cpu: '1' } }],
    ['fieldOfTheFuture', { deep: [1] }],
  ])('%s is kept', (field, value) => {
    expect(translate(aPod().spec({ [field]: value } as object))).toHaveProperty(field, value);
  });

  it.each([true, false, undefined])('the copy never mounts a token of its own (%s)', (automountServiceAccountToken) => {
    expect(translate(aPod().spec({ automountServiceAccountToken })).automountServiceAccountToken).toBe(false);
  });

  it.each([
    [undefined, 'kubeocean-default'],
    ['', 'kubeocean-default'],
    ['gold', 'gold'],
  ])('priority class of binding %s: %s, never the user’s', (podPriorityClassName, expected) => {
    const vPod = aPod().spec({ priorityClassName: 'system-node-critical' });
    expect(translate(vPod, { ...CONTEXT, podPriorityClassName }).priorityClassName).toBe(expected);
  });

  it('affinity of the user gives way to the one node', () => {
    const vPod = aPod().spec({ affinity: { podAntiAffinity: {}, nodeAffinity: {} } });
    expect(translate(vPod).affinity).toEqual(translate(aPod()).affinity);
  });

  it('direct scheduling binds by name, without affinity', () => {
    const spec = translate(aPod().spec({ affinity: { podAffinity: {} } }), { ...CONTEXT, directScheduling: true });
    expect(spec.nodeName).toBe('n1');
    expect(spec).not.toHaveProperty('affinity');
  });

  it.each<[string, Toleration[], Toleration[]]>([
    ['kept', [{ key: 'a', operator: 'Exists' }], []],
    ['of a cordoned vnode also hold for the cordoned node', [{ key: Taint.PhysicalUnschedulable, operator: 'Exists', effect: 'NoSchedule' }], [{ key: Taint.NodeUnschedulable, operator: 'Exists', effect: 'NoSchedule' }]],
  ])('tolerations are %s', (_, own, added) => {
    expect(translate(aPod().tolerating(...own)).tolerations).toEqual([...own, ...added]);
  });

  it('appends the alias of the virtual API', () => {
    const spec = translate(aPod().spec({ hostAliases: [{ ip: '1.1.1.1', hostnames: ['one'] }] }));
    expect(spec.hostAliases).toEqual([
      { ip: '1.1.1.1', hostnames: ['one'] },
      { ip: '10.0.0.1', hostnames: ['kubernetes.default.svc', 'kubernetes.default', 'kubernetes', 'kubernetes.default.svc.cluster.local'] },
    ]);
  });
  it('names the API by its name, and has an alias only while that resolves', () => {
    const named = (ip: string | null) => translate(aPod(), { ...CONTEXT, virtualApi: { host: 'api.example', ip, port: 6443 } });
    expect(named('10.0.0.9').containers[0]?.env?.[0]).toEqual({ name: 'KUBERNETES_SERVICE_HOST', value: 'api.example' });
    expect(named('10.0.0.9').hostAliases).toMatchObject([{ ip: '10.0.0.9' }]);
    expect(named(null).containers[0]?.env?.[0]?.value).toBe('api.example');
    expect(named(null)).not.toHaveProperty('hostAliases');
  });

  it('has no alias where the virtual API is out of reach', () => expect(translate(aPod(), ALONE)).not.toHaveProperty('hostAliases'));
});

describe('host names', () => {
  it.each([
    ['as long as they fit', 'web', 'sub', true],
    ['of any length without a subdomain', 'w'.repeat(63), undefined, true],
    ['up to the last character', 'w'.repeat(27), 's', true],
    ['but not where a kubelet would refuse it', 'w'.repeat(28), 's', undefined],
  ])('are qualified %s', (_, hostname, subdomain, expected) => {
    expect(translate(aPod().spec({ hostname, subdomain, setHostnameAsFQDN: true })).setHostnameAsFQDN).toBe(expected);
  });
});

describe('DNS', () => {
  const base = { nameservers: ['10.0.0.2'], searches: ['prod.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], options: [{ name: 'ndots', value: '5' }] };
  const user = { nameservers: ['8.8.8.8'], searches: ['corp'], options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }] };
  const merged = { nameservers: ['10.0.0.2', '8.8.8.8'], searches: [...base.searches, 'corp'], options: user.options };

  it.each([
    ['ClusterFirst', 'ClusterFirst', undefined, CONTEXT, 'None', base],
    ['host network', 'ClusterFirstWithHostNet', undefined, CONTEXT, 'None', base],
    ['no policy', undefined, undefined, CONTEXT, 'None', base],
    ["the user's config is merged", 'ClusterFirst', user, CONTEXT, 'None', merged],
    ["an option of the user's joins ours", 'ClusterFirst', { options: [{ name: 'edns0' }] }, CONTEXT, 'None', { ...base, options: [...base.options, { name: 'edns0' }] }],
    ["one of the same name takes its place", 'ClusterFirst', { options: [{ name: 'ndots', value: '1' }] }, CONTEXT, 'None', { ...base, options: [{ name: 'ndots', value: '1' }] }],
    ['Default is untouched', 'Default', user, CONTEXT, 'Default', user],
    ['None is untouched', 'None', user, CONTEXT, 'None', user],
    ['DNS out of reach', 'ClusterFirst', undefined, ALONE, 'Default', undefined],
    ['Services mirrored', 'ClusterFirst', undefined, { ...CONTEXT, resolvesThere: true }, 'ClusterFirst', { searches: ['prod.svc.cluster.local'] }],
    ['Services mirrored, config kept', 'ClusterFirst', user, { ...ALONE, resolvesThere: true }, 'ClusterFirst', { ...user, searches: ['prod.svc.cluster.local', 'corp'] }],
    ['Services mirrored, Default is untouched', 'Default', user, { ...CONTEXT, resolvesThere: true }, 'Default', user],
    ['DNS out of reach, config kept', 'ClusterFirstWithHostNet', user, ALONE, 'Default', user],
  ] as const)('%s', (...[, policy, dnsConfig, context, expectedPolicy, expectedConfig]) => {
    const config = dnsConfig as PodSpec['dnsConfig'];
    const spec = translate(aPod('web', 'prod').spec({ dnsPolicy: policy, dnsConfig: config }), context);
    expect([spec.dnsPolicy, spec.dnsConfig]).toEqual([expectedPolicy, expectedConfig]);
  });

  it('stays within what an API server accepts', () => {
    const many = { nameservers: ['10.0.0.2', 'a', 'b', 'c'], searches: Array.from({ length: 40 }, (_, i) => `s${i}`) };
    const { dnsConfig } = translate(aPod().spec({ dnsConfig: many }));
    expect(dnsConfig?.nameservers).toEqual(['10.0.0.2', 'a', 'b']);
    expect(dnsConfig?.searches).toHaveLength(32);
    const long = { searches: Array.from({ length: 20 }, (_, i) => `${i}`.padEnd(200, 'x')) };
    expect(translate(aPod().spec({ dnsConfig: long })).dnsConfig?.searches?.join(' ').length).toBeLessThanOrEqual(2048);
  });
});

describe('environment (spec pods.md 1.6.2)', () => {
  it.each<[string, EnvVar[], TranslationContext, EnvVar[]]>([
    ['API and host name are appended', [{ name: 'A', value: '1' }], CONTEXT, [{ name: 'A', value: '1' }, { name: 'KUBERNETES_SERVICE_HOST', value: '10.0.0.1' }, { name: 'KUBERNETES_SERVICE_PORT', value: '6443' }, { name: 'HOSTNAME', value: 'web' }]],
    ['an API set by the user is overwritten in place', [{ name: 'KUBERNETES_SERVICE_PORT', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, { name: 'B', value: '2' }], CONTEXT, [{ name: 'KUBERNETES_SERVICE_PORT', value: '6443' }, { name: 'B', value: '2' }, { name: 'KUBERNETES_SERVICE_HOST', value: '10.0.0.1' }, { name: 'HOSTNAME', value: 'web' }]],
    ['no API without an address', [{ name: 'KUBERNETES_SERVICE_HOST', value: 'mine' }], ALONE, [{ name: 'KUBERNETES_SERVICE_HOST', value: 'mine' }, { name: 'HOSTNAME', value: 'web' }]],
    ["the user's HOSTNAME wins", [{ name: 'HOSTNAME', value: 'mine' }], ALONE, [{ name: 'HOSTNAME', value: 'mine' }]],
  ])('%s', (_, variables, context, expected) => expect(env(variables, context)).toEqual(expected));

  it.each<[string, object, string]>([
    ['the full name', {}, 'w'.repeat(80)],
    ['the host name that the user set', { hostname: 'mine' }, 'mine'],
    ['the host name that overrides all', { hostname: 'mine', hostnameOverride: 'a.b.c' }, 'a.b.c'],
  ])('HOSTNAME is %s', (_, spec, expected) => {
    expect(translate(aPod('w'.repeat(80)).spec(spec), ALONE).containers[0]?.env).toEqual([{ name: 'HOSTNAME', value: expected }]);
  });

  it.each([
    ['metadata.namespace', "metadata.annotations['kubeocean.io/virtual-pod-namespace']"],
    ['metadata.name', "metadata.annotations['kubeocean.io/virtual-pod-name']"],
    ['metadata.uid', "metadata.annotations['kubeocean.io/virtual-pod-uid']"],
    ['spec.nodeName', "metadata.annotations['kubeocean.io/virtual-node-name']"],
    ['status.podIP', 'status.podIP'],
    ['status.hostIP', 'status.hostIP'],
    ["metadata.labels['app']", "metadata.labels['app']"],
  ])('field %s is read from %s, in variables, volumes and projections', (fieldPath, expected) => {
    const fieldRef = { apiVersion: 'v1', fieldPath };
    const items = [{ path: 'f', fieldRef }, { path: 'r', resourceFieldRef: { resource: 'limits.cpu' } }];
    const spec = translate(
      aPod()
        .container({ env: [{ name: 'F', valueFrom: { fieldRef } }] })
        .volumes({ name: 'd', downwardAPI: { items } }, { name: 'p', projected: { sources: [{ downwardAPI: { items } }] } }),
    );
    const read = { apiVersion: 'v1', fieldPath: expected };
    expect(spec.containers[0]?.env?.[0]).toEqual({ name: 'F', valueFrom: { fieldRef: read } });
    expect(spec.volumes?.[0]?.downwardAPI?.items).toEqual([{ path: 'f', fieldRef: read }, items[1]]);
    expect(spec.volumes?.[1]?.projected?.sources?.[0]?.downwardAPI?.items).toEqual([{ path: 'f', fieldRef: read }, items[1]]);
  });

  it('writes the name of the ServiceAccount out', () => {
    const variable = { name: 'SA', valueFrom: { fieldRef: { fieldPath: 'spec.serviceAccountName' } } };
    const spec = translate(aPod().spec({ serviceAccountName: 'robot' }).container({ env: [variable] }));
    expect(spec.containers[0]?.env?.[0]).toEqual({ name: 'SA', value: 'robot' });
  });

  it('treats init containers and side-cars alike, and keeps everything else of a container', () => {
    const lifecycle = { preStop: { sleep: { seconds: 3 } }, postStart: { exec: { command: ['y'] } }, stopSignal: 'SIGINT' };
    const sidecar: Container = { name: 's', image: 'i', restartPolicy: 'Always', command: ['x'], lifecycle, ports: [{ containerPort: 1, hostPort: 2 }] };
    const spec = translate(aPod().spec({ initContainers: [sidecar] }), ALONE);
    expect(spec.initContainers).toEqual([{ ...sidecar, env: [{ name: 'HOSTNAME', value: 'web' }] }]);
  });
});

describe('volumes (spec pods.md 1.6.1)', () => {
  const vPod = aPod('web', 'prod').volumes(kubeApiAccess('kube-api-access-a')).build();

  it('the volume that admission adds reads copies only', () => {
    const { pod, tokens, needs } = toPhysicalPod(vPod, CONTEXT);
    const secretName = tokenSecretName(vPod, 'kube-api-access-a');
    const rootCa = physicalName('kube-root-ca.crt', 'prod');
    const namespace = "metadata.annotations['kubeocean.io/virtual-pod-namespace']";
    expect(pod.spec?.volumes).toEqual([
      {
        name: 'kube-api-access-a',
        projected: {
          defaultMode: 420,
          sources: [
            { secret: { name: secretName, items: [{ key: 'token', path: 'token' }] } },
            { configMap: { name: rootCa, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: namespace } }] } },
          ],
        },
      },
    ]);
    expect(tokens.map((token) => [token.secretName, token.key])).toEqual([[secretName, 'token']]);
    expect(needs.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ConfigMap kube-root-ca.crt']);
  });

  it('several tokens of one volume keep their places', () => {
    const source = (path: string) => ({ serviceAccountToken: { path } });
    const spec = translate(aPod().volumes({ name: 'v', projected: { sources: [source('a'), { secret: { name: 's' } }, source('b')] } }));
    const items = spec.volumes?.[0]?.projected?.sources?.map(({ secret }) => secret?.items?.[0]);
    expect(items).toEqual([{ key: 'token', path: 'a' }, undefined, { key: 'token-1', path: 'b' }]);
  });

  it.each<[string, Volume]>([
    ['emptyDir', { name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
    ['hostPath', { name: 'v', hostPath: { path: '/x' } }],
    ['nfs', { name: 'v', nfs: { server: 's', path: '/' } }],
    ['CSI without a Secret', { name: 'v', csi: { driver: 'd' } }],
    ['ephemeral', { name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }],
    ['trust bundle', { name: 'v', projected: { sources: [{ clusterTrustBundle: { path: 'p', name: 'n' } }] } }],
  ])('%s is kept', (_, volume) => expect(translate(aPod().volumes(volume)).volumes).toEqual([volume]));

  it('keeps items, modes and optional of mapped volumes', () => {
    const items = [{ key: 'k', path: 'p' }];
    const spec = translate(
      aPod('web', 'prod').volumes(
        { name: 'c', configMap: { name: 'x', items, defaultMode: 256, optional: true } },
        { name: 's', secret: { secretName: 'x', items, defaultMode: 256, optional: true } },
        { name: 'p', persistentVolumeClaim: { claimName: 'x', readOnly: true } },
      ),
    );
    const name = physicalName('x', 'prod');
    expect(spec.volumes).toEqual([
      { name: 'c', configMap: { name, items, defaultMode: 256, optional: true } },
      { name: 's', secret: { secretName: name, items, defaultMode: 256, optional: true } },
      { name: 'p', persistentVolumeClaim: { claimName: name, readOnly: true } },
    ]);
  });

  it('has Glusterfs read the endpoints of a copy, as nothing of that name in the mount namespace is its own', () => {
    const spec = translate(aPod('web', 'prod').volumes({ name: 'v', glusterfs: { endpoints: 'servers', path: 'p' } }));
    expect(spec.volumes).toEqual([{ name: 'v', glusterfs: { endpoints: physicalName('servers', 'prod'), path: 'p' } }]);
  });

  it('leaves no name of another object as it was, also where nothing is copied yet', () => {
    const secretRef = { name: 'x' };
    const container: Container = {
      name: 'm',
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'x', key: 'k', optional: true } } },
      ],
      envFrom: [{ configMapRef: { name: 'x' } }, { prefix: 'P_', secretRef: { name: 'x' } }],
    };
    const everything = aPod('web', 'prod')
      .spec({ containers: [container], initContainers: [container], imagePullSecrets: [{ name: 'x' }] })
      .volumes(
        { name: 'a', configMap: { name: 'x' } },
        { name: 'b', secret: { secretName: 'x' } },
        { name: 'c', persistentVolumeClaim: { claimName: 'x' } },
        { name: 'd', projected: { sources: [{ configMap: { name: 'x' } }, { secret: { name: 'x' } }] } },
        { name: 'e', csi: { driver: 'd', nodePublishSecretRef: secretRef } },
        { name: 'f', azureFile: { secretName: 'x', shareName: 's' } },
        { name: 'g', cephfs: { monitors: ['m'], secretRef } },
        { name: 'h', flexVolume: { driver: 'd', secretRef } },
        { name: 'i', iscsi: { targetPortal: 't', iqn: 'i', lun: 0, secretRef } },
        { name: 'j', rbd: { monitors: ['m'], image: 'i', secretRef } },
        { name: 'k', scaleIO: { gateway: 'g', system: 's', secretRef } },
        { name: 'l', storageos: { secretRef } },
      )
      .build();
    const names = (pod: PodObject) => references(pod).map(({ kind, name, field, optional }) => ({ kind, name, field, optional }));
    const copy = { ...everything, spec: translate(everything) };
    expect(names(everything)).toHaveLength(22);
    expect(names(copy)).toEqual(names(everything).map((found) => ({ ...found, name: physicalName('x', 'prod') })));
  });
});
