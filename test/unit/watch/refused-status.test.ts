import { RefusedStatus } from '../../../activities/watch/refused-status';
import type { VirtualStatusPatch } from '../../../domain/pods';
import { aPod } from '../../support/builders/pod';

const pod = aPod().build();
const left: VirtualStatusPatch = { metadata: { uid: 'web-uid', resourceVersion: '10' }, status: { resize: 'Proposed', podIP: null } };

/** After a write that brought the pod to version 10 and left `left` undone. */
function noted(): RefusedStatus {
  const refused = new RefusedStatus();
  refused.note(pod, left);
  return refused;
}

it.each<[string, RefusedStatus, typeof pod, VirtualStatusPatch, boolean]>([
  ['nothing before a write', new RefusedStatus(), pod, left, false],
  ['the same for the same version', noted(), pod, { ...left, status: { podIP: null, resize: 'Proposed' } }, true],
  ['not something else', noted(), pod, { ...left, status: { resize: 'InProgress', podIP: null } }, false],
  ['not other metadata', noted(), pod, { ...left, metadata: { ...left.metadata, labels: { zone: 'z1' } } }, false],
  ['not for a version that somebody wrote since', noted(), aPod().meta({ resourceVersion: '11' }).build(), left, false],
  ['not for another pod', noted(), aPod('api').build(), left, false],
])('remembers %s', (...[, refused, vPod, patch, expected]) => expect(refused.has(vPod, patch)).toBe(expected));

it('forgets what a later write did, and pods that are gone', () => {
  const refused = noted();
  refused.note(pod, null);
  expect(refused.has(pod, left)).toBe(false);
  refused.note(pod, left);
  refused.forget('web-uid');
  expect(refused.has(pod, left)).toBe(false);
});

it('takes a word about a pod for news once, and again when it is another one', () => {
  const refused = new RefusedStatus();
  expect(['a', 'a', 'b'].map((message) => refused.isNews('web-uid', message))).toEqual([true, false, true]);
  expect(refused.isNews('api-uid', 'b')).toBe(true);
  refused.forget('web-uid');
  expect(refused.isNews('web-uid', 'b')).toBe(true);
});
