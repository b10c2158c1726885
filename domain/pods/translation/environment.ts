import type { Container, EnvFromSource, EnvVar } from 'kubernetes-types/core/v1';
import { physicalName } from '../naming/physical-name';
import type { PodObject } from '../types';
import type { TranslationContext } from './context';
import { virtualFieldVariable } from './downward-api';

type Home = Pick<PodObject, 'metadata' | 'spec'>;

/** A container of the copy: references mapped, the pod's own names in the environment, everything else as it is (spec pods.md 1.6.2). */
export function physicalContainer<C extends Container>(container: C, vPod: Home, context: TranslationContext): C {
  const env = (container.env ?? []).map((variable) => physicalVariable(variable, vPod));
  return {
    ...container,
    ...(container.envFrom && { envFrom: container.envFrom.map((source) => physicalSource(source, vPod)) }),
    env: withHostname(withVirtualApi(env, context), vPod),
  };
}

function physicalVariable(variable: EnvVar, vPod: Home): EnvVar {
  const { configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  if (configMapKeyRef) {
    return { ...variable, valueFrom: { ...variable.valueFrom, configMapKeyRef: mapped(configMapKeyRef, vPod) } };
  }
  if (secretKeyRef) {
    return { ...variable, valueFrom: { ...variable.valueFrom, secretKeyRef: mapped(secretKeyRef, vPod) } };
  }
  return virtualFieldVariable(variable, vPod);
}

function physicalSource(source: EnvFromSource, vPod: Home): EnvFromSource {
  return {
    ...source,
    ...(source.configMapRef && { configMapRef: mapped(source.configMapRef, vPod) }),
    ...(source.secretRef && { secretRef: mapped(source.secretRef, vPod) }),
  };
}

/** A reference by name, pointing to the copy in the physical cluster; one without a name stays as it is. */
export function mapped<R extends { name?: string }>(reference: R, vPod: Pick<PodObject, 'metadata'>): R {
  return reference.name ? { ...reference, name: physicalName(reference.name, vPod.metadata.namespace) } : reference;
}

/** In-cluster clients must find the virtual API server, whatever the pod says. */
function withVirtualApi(env: readonly EnvVar[], { virtualApi }: TranslationContext): EnvVar[] {
  if (!virtualApi) return [...env];
  const withHost = forced(env, 'KUBERNETES_SERVICE_HOST', virtualApi.host);
  return forced(withHost, 'KUBERNETES_SERVICE_PORT', String(virtualApi.port));
}

/** Programs that read HOSTNAME see what they would see at home; a variable of the user's wins. */
function withHostname(env: readonly EnvVar[], { metadata, spec }: Home): EnvVar[] {
  if (env.some(({ name }) => name === 'HOSTNAME')) return [...env];
  const { hostnameOverride } = spec as { hostnameOverride?: string };
  return [...env, { name: 'HOSTNAME', value: hostnameOverride || spec.hostname || metadata.name }];
}

/** Overwrites the variable where it stands, or appends it. */
function forced(env: readonly EnvVar[], name: string, value: string): EnvVar[] {
  if (!env.some((variable) => variable.name === name)) return [...env, { name, value }];
  return env.map((variable) => (variable.name === name ? { name, value } : variable));
}
