import fc from 'fast-check';
import type { Pod, PodSpec } from 'kubernetes-types/core/v1';
import { Taint } from '../../../api/names/keys';
import { containers } from './containers';
import { annotations, dnsLabel, dnsSubdomain, labels, owners, referenceName } from './names';
import { volumes } from './volumes';

/** Of this name there is a PriorityClass that never preempts, where pods are sent to an API server. */
export const PRIORITY_CLASS = 'patient';
/** Of this name there is a RuntimeClass with an overhead, where pods are sent to an API server. */
export const RUNTIME_CLASS = 'sandboxed';

const selector = { labelSelector: { matchLabels: { app: 'x' } }, topologyKey: 'kubernetes.io/hostname' };

/** What may stand in a spec beside containers and volumes; each on its own is valid with all others. */
const extras = fc.record(
  {
    activeDeadlineSeconds: fc.constantFrom(1, 3600),
    affinity: fc.constantFrom(
      { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [selector] } },
      { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'type', operator: 'In', values: ['virtual-kubelet'] }] }] } } },
    ),
    automountServiceAccountToken: fc.boolean(),
    enableServiceLinks: fc.boolean(),
    hostAliases: fc.constant([{ ip: '10.1.2.3', hostnames: ['db.example', 'db'] }]),
    hostIPC: fc.boolean(),
    hostPID: fc.boolean(),
    hostname: dnsLabel(),
    imagePullSecrets: fc.uniqueArray(fc.record({ name: referenceName }), { maxLength: 2, selector: ({ name }) => name }),
    nodeSelector: fc.constant({ type: 'virtual-kubelet' }),
    preemptionPolicy: fc.constant('Never'),
    readinessGates: fc.constant([{ conditionType: 'example.com/ready' }]),
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never'),
    runtimeClassName: fc.constant(RUNTIME_CLASS),
    schedulerName: fc.constant('mine'),
    schedulingGates: fc.constant([{ name: 'example.com/gate' }]),
    securityContext: fc.constantFrom({}, { fsGroup: 1000, runAsUser: 1000, supplementalGroups: [1] }, { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '0' }] }),
    serviceAccountName: fc.constant('default'),
    subdomain: dnsLabel(),
    terminationGracePeriodSeconds: fc.constantFrom(0, 5, 3600),
    tolerations: fc.subarray([
      { operator: 'Exists' },
      { key: Taint.Vnode, operator: 'Exists' },
      { key: Taint.PhysicalUnschedulable, operator: 'Exists', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    ]),
    topologySpreadConstraints: fc.constant([{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector.labelSelector }]),
  },
  { requiredKeys: [] },
);

const resolver = fc.record(
  {
    nameservers: fc.uniqueArray(fc.constantFrom('8.8.8.8', '1.1.1.1', '2001:db8::1', '10.0.0.2'), { minLength: 1, maxLength: 3 }),
    searches: fc.uniqueArray(fc.oneof(dnsSubdomain, fc.constantFrom('corp.example', 'svc.cluster.local', 'x'.repeat(63))), { maxLength: 28 }),
    options: fc.uniqueArray(fc.constantFrom({ name: 'ndots', value: '2' }, { name: 'edns0' }, { name: 'timeout', value: '1' }), { maxLength: 3 }),
  },
  { requiredKeys: ['nameservers'] },
);

const dns = fc.oneof(
  fc.constant({}),
  fc.record({ dnsPolicy: fc.constantFrom('ClusterFirst', 'ClusterFirstWithHostNet', 'Default') }),
  fc.record({ dnsPolicy: fc.constantFrom('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'), dnsConfig: resolver }),
);

/** One of these at a time: some exclude each other. */
const modes = fc.constantFrom<object>(
  ...[{}, {}, {}, { hostNetwork: true }, { setHostnameAsFQDN: true }, { shareProcessNamespace: true }, { os: { name: 'linux' } }],
  ...[{ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } }, { hostUsers: true }],
);

const spec = fc.tuple(volumes, extras, dns, modes).chain(([all, extra, resolution, mode]) => {
  const surroundings = { volumes: all.map(({ name }) => name), hostNetwork: 'hostNetwork' in mode };
  return fc.tuple(containers(surroundings, { start: 'main', max: 3 }), containers(surroundings, { start: 'init', max: 2 })).map(([main, init]) => {
    const priority = extra.preemptionPolicy === undefined ? {} : { priorityClassName: PRIORITY_CLASS };
    const content = { ...extra, ...priority, ...resolution, ...mode, volumes: all, containers: main, initContainers: init };
    return JSON.parse(JSON.stringify(content)) as PodSpec;
  });
});

/** A pod as a user may send it; nearly all of them are accepted by an API server. */
export const userPod: fc.Arbitrary<Pod> = fc
  .record({ metadata: fc.record({ name: dnsSubdomain, labels, annotations, ownerReferences: owners }), spec })
  .map((pod) => ({ apiVersion: 'v1', kind: 'Pod', ...pod }));
