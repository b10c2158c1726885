import { physicalName } from '../../../../domain/pods';
import { copiedWarning, lastSeen, occurrences, takeOne, worthTelling, type Allowance, type PhysicalEvent } from '../../../../domain/pods/warnings';
import { aPhysicalPod, aPod } from '../../../support/builders/pod';

const AT = Date.parse('2026-01-01T00:00:10Z');
const vPod = aPod()
  .volumes({ name: 'v', configMap: { name: 'settings' } }, { name: 's', secret: { secretName: 'keys' } })
  .build();
const pPod = aPhysicalPod(vPod).build();
const MOUNT = 'kubeocean-worker';

/** As a kubelet writes it; each row shows what differs. */
const event: PhysicalEvent = {
  metadata: { uid: 'event-uid', creationTimestamp: '2026-01-01T00:00:05Z' },
  type: 'Warning',
  reason: 'BackOff',
  message: 'Back-off restarting failed container main',
  count: 3,
  firstTimestamp: '2026-01-01T00:00:05Z',
  lastTimestamp: '2026-01-01T00:00:09Z',
  eventTime: null,
  source: { component: 'kubelet' },
  reportingComponent: 'kubelet',
  involvedObject: { uid: pPod.metadata.uid, name: pPod.metadata.name, namespace: MOUNT, fieldPath: 'spec.containers{main}' },
};
/** As a scheduler writes it: the newer API, seen through the older one. */
const newer: Partial<PhysicalEvent> = { count: undefined, firstTimestamp: null, lastTimestamp: null, eventTime: '2026-01-01T00:00:07.123456Z', source: {}, reportingComponent: 'default-scheduler' };

describe('copiedWarning', () => {
  it('stands on the virtual pod, under a name of the physical event, and tells who said it', () => {
    expect(copiedWarning(event, vPod, MOUNT)).toEqual({
      metadata: { name: expect.stringMatching(/^web\.[0-9a-f]{16}$/), namespace: 'default' },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'default', uid: 'web-uid', fieldPath: 'spec.containers{main}' },
      ...{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container main', count: 3 },
      ...{ firstTimestamp: '2026-01-01T00:00:05Z', lastTimestamp: '2026-01-01T00:00:09Z' },
      ...{ source: { component: 'physical-kubelet' }, reportingComponent: 'physical-kubelet' },
    });
  });

  it('has one name for one physical event, and another for the next', () => {
    const nameOf = (uid: string) => copiedWarning({ ...event, metadata: { uid } }, vPod, MOUNT).metadata.name;
    expect(nameOf('a')).toBe(nameOf('a'));
    expect(nameOf('a')).not.toBe(nameOf('b'));
  });

  it('is as good from the newer API', () => {
    const series = { count: 5, lastObservedTime: '2026-01-01T00:00:08.000000Z' };
    expect(copiedWarning({ ...event, ...newer, series }, vPod, MOUNT)).toMatchObject({ count: 5, firstTimestamp: '2026-01-01T00:00:07Z', lastTimestamp: '2026-01-01T00:00:08Z', reportingComponent: 'physical-default-scheduler' });
  });

  it.each<[string, string, string]>([
    ['the copy', `pod ${pPod.metadata.name} has no node`, 'pod web has no node'],
    ['the mount namespace before it', `${MOUNT}/${pPod.metadata.name} is late`, 'default/web is late'],
    ['a ConfigMap', `configmap "${physicalName('settings', 'default')}" not found`, 'configmap "settings" not found'],
    ['a Secret in quotes', `object "${MOUNT}"/"${physicalName('keys', 'default')}" not registered`, 'object "default"/"keys" not registered'],
    ['what is not ours stays', 'volume "x" of node n1', 'volume "x" of node n1'],
  ])('names %s as the user does', (_, message, expected) => expect(copiedWarning({ ...event, message }, vPod, MOUNT).message).toBe(expected));

  it('is cut', () => expect(copiedWarning({ ...event, message: 'x'.repeat(2_000) }, vPod, MOUNT).message).toHaveLength(1_024));
});

it.each<[string, Partial<PhysicalEvent>, number, number]>([
  ['old', {}, Date.parse('2026-01-01T00:00:09Z'), 3],
  ['new, once', newer, Date.parse('2026-01-01T00:00:07.123Z'), 1],
  ['new, often', { ...newer, series: { count: 4, lastObservedTime: '2026-01-01T00:00:08Z' } }, Date.parse('2026-01-01T00:00:08Z'), 4],
  ['nothing said', { ...newer, eventTime: null, metadata: {} }, 0, 1],
])('time and count of an event: %s', (_, difference, seen, count) => {
  expect([lastSeen({ ...event, ...difference }), occurrences({ ...event, ...difference })]).toEqual([seen, count]);
});

describe('worthTelling', () => {
  const mount = { reason: 'FailedMount' };
  const running = aPhysicalPod(vPod).phase('Running').build();
  it.each<[string, Partial<PhysicalEvent>, typeof pPod, number, ReturnType<typeof worthTelling>]>([
    ['a warning', {}, pPod, AT, 'tell'],
    ['of another pod of that name', { involvedObject: { uid: 'other' } }, pPod, AT, 'drop'],
    ['five minutes old', {}, pPod, AT + 299_001, 'drop'],
    ['a mount that fails may only wait for the tokens', mount, pPod, AT, Date.parse('2026-01-01T00:00:12Z')],
    ['and is moot when the pod runs', mount, running, AT, 'drop'],
    ['one that goes on failing', mount, pPod, AT + 2_000, 'tell'],
  ])('%s', (...[, difference, pod, now, expected]) => expect(worthTelling({ ...event, ...difference }, pod, now)).toBe(expected));
});

describe('takeOne', () => {
  const spend = (before: Allowance | null, times: number, now: number) => {
    let last = takeOne(before, now);
    for (let i = 1; i < times; i += 1) last = takeOne(last.after, now);
    return last;
  };
  it('lets ten pass at once, the eleventh half a minute later', () => {
    expect(spend(null, 10, AT).until).toBeNull();
    const eleventh = spend(null, 11, AT);
    expect(eleventh.until).toBe(AT + 30_000);
    expect(takeOne(eleventh.after, AT + 29_999).until).toBe(AT + 30_000);
    expect(takeOne(eleventh.after, AT + 30_000).until).toBeNull();
  });
  it('saves up no more than ten', () => expect(spend({ left: 10, at: AT }, 11, AT + 3_600_000).until).not.toBeNull());
});
