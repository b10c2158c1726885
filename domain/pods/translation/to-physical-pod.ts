import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { copyNeeds, type CopyNeed } from '../dependencies/needs';
import { physicalAnnotations, physicalLabels } from '../identity/physical-metadata';
import { physicalHostname } from '../naming/hostname';
import { physicalName } from '../naming/physical-name';
import { tokenRequests, type TokenRequest } from '../tokens/token-requests';
import type { PodObject } from '../types';
import type { TranslationContext } from './context';
import { physicalDns } from './dns';
import { mapped, physicalContainer } from './environment';
import { physicalScheduling } from './scheduling';
import { physicalVolume } from './volumes';

/** Longest host name of a Linux kernel. */
const MAX_HOSTNAME = 64;

/** What one virtual pod becomes in the physical cluster. */
export interface PhysicalPod {
  /** The object to create. */
  readonly pod: Pod;
  /** Tokens to request for it; their Secrets may follow the pod, a kubelet waits for mounts. */
  readonly tokens: readonly TokenRequest[];
  /** Objects to copy before the pod. */
  readonly needs: readonly CopyNeed[];
}

/**
 * Fields that mean something in the virtual cluster only, or that the physical one fills in itself:
 * - placement and gates: the virtual scheduler honoured them, and the objects they speak of are not there;
 * - priority, preemptionPolicy and overhead: admission takes them from its own PriorityClass and RuntimeClass and refuses others
 *   (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/); the runtime class itself stays, since it isolates;
 * - the ServiceAccount: the copy has no identity of its own in the physical cluster;
 * - ephemeral containers: accepted by their subresource only.
 */
const LEFT_BEHIND: readonly string[] = [
  'nodeName',
  'affinity',
  'nodeSelector',
  'schedulerName',
  'topologySpreadConstraints',
  'schedulingGates',
  'workloadRef',
  'schedulingGroup',
  'priority',
  'preemptionPolicy',
  'overhead',
  'serviceAccountName',
  'serviceAccount',
  'ephemeralContainers',
];

/**
 * The copy of a virtual pod in the physical cluster, with the tokens and copies it needs (spec pods.md 1.6).
 * Fields that this rule does not know are kept, so that newer ones survive. Every name of another object is mapped,
 * also where nothing is copied yet: an unmapped one would read what belongs to somebody else in the mount namespace.
 */
export function toPhysicalPod(vPod: PodObject, context: TranslationContext): PhysicalPod {
  const { name, namespace } = vPod.metadata;
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: physicalName(name, namespace),
      namespace: context.mountNamespace,
      labels: physicalLabels(vPod, context, context.resolvedOwner),
      annotations: physicalAnnotations(asCreated(vPod)),
    },
    spec: physicalSpec(vPod, context),
  };
  return { pod, tokens: tokenRequests(vPod), needs: copyNeeds(vPod) };
}

/** A copy starts without ephemeral containers, so the pod that it is written from has none: a later update brings them. */
function asCreated(vPod: PodObject): PodObject {
  if (!vPod.spec.ephemeralContainers?.length) return vPod;
  return { ...vPod, spec: { ...vPod.spec, ephemeralContainers: [] } };
}

function physicalSpec(vPod: PodObject, context: TranslationContext): PodSpec {
  const { spec } = vPod;
  const containers = (list: readonly Container[]): Container[] =>
    list.map((container) => physicalContainer(container, vPod, context));
  const hostname = physicalHostname(vPod);
  return defined({
    ...carried(spec),
    ...physicalScheduling(vPod, context),
    ...physicalDns(vPod, context),
    automountServiceAccountToken: false,
    hostname,
    setHostnameAsFQDN: fqdnFits(hostname, spec, context) ? spec.setHostnameAsFQDN : undefined,
    hostAliases: hostAliases(spec, context),
    containers: containers(spec.containers),
    initContainers: spec.initContainers && containers(spec.initContainers),
    volumes: spec.volumes?.map((volume) => physicalVolume(volume, vPod)),
    imagePullSecrets: spec.imagePullSecrets?.map((secret) => mapped(secret, vPod)),
  });
}

/** A kubelet never starts a pod whose host name is to be longer than a kernel's; the mount namespace may make it so. */
function fqdnFits(hostname: string, { subdomain }: Readonly<PodSpec>, { mountNamespace }: TranslationContext): boolean {
  return !subdomain || `${hostname}.${subdomain}.${mountNamespace}.svc.cluster.local`.length <= MAX_HOSTNAME;
}

function carried(spec: Readonly<PodSpec>): PodSpec {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !LEFT_BEHIND.includes(field))) as unknown as PodSpec;
}

function hostAliases(spec: Readonly<PodSpec>, { virtualApi }: TranslationContext): PodSpec['hostAliases'] {
  if (!virtualApi?.ip) return spec.hostAliases;
  const hostnames = ['kubernetes.default.svc', 'kubernetes.default', 'kubernetes', 'kubernetes.default.svc.cluster.local'];
  return [...(spec.hostAliases ?? []), { ip: virtualApi.ip, hostnames }];
}

/** JSON has no `undefined`; a field without a value is left out. */
function defined(spec: PodSpec): PodSpec {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as unknown as PodSpec;
}
