import type { Event } from 'kubernetes-types/core/v1';
import type { KubeClient } from './client';
import { isKubeError, KubeErrorCode } from './errors';
import { Events } from './resource';

/**
 * Makes an event of a deterministic name say what it should: creates it, or updates message, count and last time of the one that
 * is there. Best effort: never throws, and an event that cannot be written is lost.
 * @param likelyThere true: try to update it first
 */
export async function putEvent(client: KubeClient, event: Event, likelyThere: boolean): Promise<void> {
  try {
    if (likelyThere && (await updated(client, event))) return;
    await client.create(Events, event);
  } catch (error) {
    if (isKubeError(error, KubeErrorCode.AlreadyExists)) await updated(client, event).catch(() => false);
  }
}

/** @returns false when it is not there any more: events live for an hour */
async function updated(client: KubeClient, event: Event): Promise<boolean> {
  const { namespace, name = '' } = event.metadata;
  const { message, count, lastTimestamp } = event;
  try {
    await client.patch(Events, { namespace, name }, { kind: 'merge', body: { message, count, lastTimestamp } });
    return true;
  } catch (error) {
    if (isKubeError(error, KubeErrorCode.NotFound)) return false;
    throw error;
  }
}
