import fc from 'fast-check';
import type { Container, Pod } from 'kubernetes-types/core/v1';
import { toPhysicalPod, type PodObject } from '../../../../domain/pods';
import { translationContext } from '../../../support/arbitraries/context';
import { dnsLabel, REFERENCE } from '../../../support/arbitraries/names';
import { userPod } from '../../../support/arbitraries/pods';
import { deepFreeze } from '../../../support/builders/pod';
import { leaves } from '../../../support/leaves';

/** Fields that would read the copy where the pod means itself (spec pods.md 1.6.3). */
const OWN_FIELDS: readonly string[] = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'];
/** A name of another object that was mapped (spec pods.md 0.2). */
const MAPPED = new RegExp(`^${REFERENCE}.{0,26}-[0-9a-f]{32}$`);
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/;

const stored = fc.tuple(userPod, dnsLabel(), fc.uuid()).map(([pod, namespace, uid]) => asStored(pod, { namespace, uid }));

function asStored(pod: Pod, metadata: { namespace: string; uid: string }): PodObject {
  const { metadata: own, spec } = pod;
  return { metadata: { ...own, ...metadata }, spec: { ...spec, nodeName: 'vnode-east-n1' } } as unknown as PodObject;
}

describe('the copy of any pod', () => {
  const holds = (check: (vPod: PodObject, copy: ReturnType<typeof toPhysicalPod>) => void) =>
    fc.assert(
      // Frozen all the way down: a rule that changes its input fails.
      fc.property(stored, translationContext, (vPod, context) => check(deepFreeze(vPod), toPhysicalPod(vPod, deepFreeze(context)))),
      { numRuns: 100 },
    );

  it('is the same whenever it is made, and plain JSON', () => {
    fc.assert(
      fc.property(stored, translationContext, (vPod, context) => {
        const copy = toPhysicalPod(deepFreeze(vPod), deepFreeze(context));
        expect(toPhysicalPod(structuredClone(vPod), context)).toStrictEqual(copy);
        expect(JSON.parse(JSON.stringify(copy))).toStrictEqual(copy);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves no reference unmapped', () => {
    holds((_, { pod, tokens, needs }) => {
      const names = leaves(pod.spec).filter((text) => text.startsWith(REFERENCE));
      expect(names.filter((name) => !MAPPED.test(name))).toEqual([]);
      const fields = [...JSON.stringify(pod.spec).matchAll(/"fieldPath":"([^"]+)"/g)].map(([, path]) => path ?? '');
      expect(fields.filter((path) => OWN_FIELDS.includes(path))).toEqual([]);
      expect(needs.every(({ name }) => name.startsWith(REFERENCE))).toBe(true);
      expect(leaves(pod.spec)).toEqual(expect.arrayContaining(tokens.map(({ secretName }) => secretName)));
    });
  });

  it('names everything within the rules', () => {
    holds((_, { pod, tokens }) => {
      const names = leaves(pod.spec).filter((text) => MAPPED.test(text));
      for (const name of [pod.metadata?.name ?? '', ...names, ...tokens.map(({ secretName }) => secretName)]) expect(name).toMatch(SUBDOMAIN);
      expect(pod.spec?.hostname).toMatch(LABEL);
      for (const value of Object.values(pod.metadata?.labels ?? {})) expect(value).toMatch(LABEL_VALUE);
    });
  });

  it('keeps what the rules do not speak of', () => {
    holds(({ spec }, { pod }) => {
      const kept = ({ restartPolicy, securityContext, hostNetwork, runtimeClassName, os, activeDeadlineSeconds }: typeof spec) =>
        [restartPolicy, securityContext, hostNetwork, runtimeClassName, os, activeDeadlineSeconds];
      expect(kept(pod.spec!)).toEqual(kept(spec));
      const own = ({ name, image, ports, resources, lifecycle, readinessProbe, livenessProbe, startupProbe }: Container) =>
        [name, image, ports, resources, lifecycle, readinessProbe, livenessProbe, startupProbe];
      expect(pod.spec?.containers.map(own)).toEqual(spec.containers.map(own));
    });
  });
});
