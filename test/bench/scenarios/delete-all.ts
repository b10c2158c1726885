import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import type { Measurement } from '../result';
import { deletePods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { cpuPerPod, eventsPerPod, requestsPerPod } from './costs';

/** Deletes the pods of a burst, and measures until nothing of them is left on either side. */
export async function deleteAll(rig: Rig, names: readonly string[]): Promise<Measurement[]> {
  const { result: seconds, cost } = await observed(rig, async () => {
    const since = now();
    const [gone] = await Promise.all([untilGone(rig, names, 300_000), deletePods(rig, names)]);
    return (gone - since) / 1000;
  });
  const count = names.length;
  return [
    { metric: 'delete.gone', title: `${count} pods deleted: gone on both sides`, value: seconds, unit: 's' },
    { metric: 'delete.rate', title: 'pods gone', value: count / seconds, unit: 'pods/s' },
    requestsPerPod('delete.requests', cost.requests, count),
    eventsPerPod('delete.events', cost, count),
    ...cpuPerPod('delete', cost, count),
  ];
}
