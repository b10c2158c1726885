import type { Event } from 'kubernetes-types/core/v1';
import { toRfc3339 } from '../../conditions/rfc3339';
import { md5Hex } from '../../hash/md5';
import { references } from '../dependencies/references';
import { physicalName } from '../naming/physical-name';
import type { PodObject } from '../types';
import { lastSeen, occurrences, type PhysicalEvent } from './physical-warning';

/** Leaves room for the hash in a name of at most 253 characters. */
const LONGEST_NAME = 230;
const LONGEST_MESSAGE = 1024;

/**
 * The event on a virtual pod that repeats a Warning about its copy. Its name is a function of the physical event, so that one
 * becomes one; who said it shows as `physical-<component>`. Names of the copy and of what it uses are given back as the user
 * knows them; the rest of the text is the physical cluster's.
 */
export function copiedWarning(event: PhysicalEvent, vPod: PodObject, mountNamespace: string): Event {
  const { name, namespace, uid } = vPod.metadata;
  const component = `physical-${event.reportingComponent || event.source?.component || 'cluster'}`;
  const { fieldPath } = event.involvedObject;
  return {
    metadata: { name: `${name.slice(0, LONGEST_NAME)}.${md5Hex(event.metadata.uid ?? '').slice(0, 16)}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid, ...(fieldPath && { fieldPath }) },
    type: 'Warning',
    reason: event.reason ?? 'Warning',
    message: inVirtualNames(event.message ?? '', vPod, mountNamespace).slice(0, LONGEST_MESSAGE),
    count: occurrences(event),
    firstTimestamp: toRfc3339(Date.parse(event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '') || lastSeen(event)),
    lastTimestamp: toRfc3339(lastSeen(event)),
    source: { component },
    reportingComponent: component,
  };
}

function inVirtualNames(message: string, vPod: PodObject, mountNamespace: string): string {
  const { name, namespace } = vPod.metadata;
  const names = [name, ...references(vPod).map((reference) => reference.name)];
  const renamed = [...new Set(names)].reduce((text, one) => text.replaceAll(physicalName(one, namespace), one), message);
  // A kubelet writes both "namespace"/"name" and namespace/name.
  return renamed.replaceAll(`"${mountNamespace}"/`, `"${namespace}"/`).replaceAll(`${mountNamespace}/`, `${namespace}/`);
}
