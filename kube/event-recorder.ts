import { createHash } from 'node:crypto';
import type { Event } from 'kubernetes-types/core/v1';
import type { KubeClient } from './client';
import { isKubeError, KubeErrorCode } from './errors';
import { Events, type KubeObject, type ObjectKey } from './resource';

/** What happened to whom. */
export interface EventFacts {
  /** The object the event is about: `apiVersion`, `kind` and `metadata` are read. */
  readonly regarding: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** One PascalCase word of the shared vocabulary. */
  readonly reason: string;
  /** A sentence for people, cut at 1,024 characters. No content of Secrets or PodSpecs. */
  readonly message: string;
  /** Default `kubeocean`. */
  readonly reportingComponent?: string;
}

const LONGEST_MESSAGE = 1024;
/** Leaves room for the hash in a name of at most 253 characters. */
const LONGEST_NAME = 236;

/**
 * Records an event that `kubectl describe` shows. The same event again raises the count of the first, across processes:
 * its name is a function of its content. Best effort: never throws, and an event that cannot be written is lost.
 */
export async function recordEvent(client: KubeClient, facts: EventFacts): Promise<void> {
  try {
    await record(client, toEvent(facts, new Date().toISOString()));
  } catch {
    // An event is a courtesy; whatever it tells about is also in a condition or in the log.
  }
}

async function record(client: KubeClient, event: Event): Promise<void> {
  try {
    await client.create(Events, event);
  } catch (error) {
    if (!isKubeError(error, KubeErrorCode.AlreadyExists)) throw error;
    await countAgain(client, event);
  }
}

async function countAgain(client: KubeClient, event: Event): Promise<void> {
  const key: ObjectKey = { namespace: event.metadata.namespace, name: event.metadata.name ?? '' };
  const first = await client.get(Events, key);
  if (first === null) return;
  const body = { count: (first.count ?? 1) + 1, lastTimestamp: event.lastTimestamp };
  await client.patch(Events, key, { kind: 'merge', body });
}

function toEvent({ regarding, type, reason, message, reportingComponent }: EventFacts, now: string): Event {
  const { name = '', namespace, uid } = regarding.metadata ?? {};
  const component = reportingComponent ?? 'kubeocean';
  const text = message.slice(0, LONGEST_MESSAGE);
  const hash = createHash('sha256')
    .update(JSON.stringify([regarding.kind, namespace, name, uid, type, reason, text, component]))
    .digest('hex')
    .slice(0, 16);
  return {
    // Events about cluster-scoped objects live in `default`; the API server insists.
    metadata: { name: `${name.slice(0, LONGEST_NAME)}.${hash}`, namespace: namespace || 'default' },
    involvedObject: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid },
    type,
    reason,
    message: text,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
    source: { component },
    reportingComponent: component,
  };
}
