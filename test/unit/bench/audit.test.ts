import { countByKind, ownRequests, type TimedAuditEvent } from '../../bench/measure/audit';
import { epochMillis, stepsOf } from '../../bench/measure/breakdown';

const EVENT: TimedAuditEvent = {
  verb: 'create',
  requestURI: '/',
  user: { username: 'somebody' },
  userAgent: 'kubeocean/worker',
  objectRef: { resource: 'pods', name: 'p' },
  requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
  stageTimestamp: '2026-01-01T00:00:00.001000Z',
  stage: 'ResponseComplete',
};

const event = (changes: Partial<TimedAuditEvent>): TimedAuditEvent => ({ ...EVENT, ...changes });

it.each([
  ['a request of a worker', {}, true],
  ['one of its watches', { verb: 'watch' }, false],
  ['the gateway, which works without pods', { userAgent: 'kubeocean/gateway' }, false],
  ['our command line', { userAgent: 'kubeocean/cli' }, false],
  ['the scheduler', { userAgent: 'kube-scheduler/v1.35' }, false],
  ['somebody who mentions us', { userAgent: 'curl kubeocean/worker' }, false],
  ['somebody without a name', { userAgent: undefined }, false],
])('counts %s: %j → %s', (_, changes, counted) => {
  expect(ownRequests([event(changes)])).toHaveLength(counted ? 1 : 0);
});

it('counts by verb, resource and subresource', () => {
  const patch = event({ verb: 'patch', objectRef: { resource: 'pods', subresource: 'status' } });
  expect(countByKind([EVENT, patch, patch])).toEqual([
    ['patch pods/status', 2],
    ['create pods', 1],
  ]);
});

it('keeps the microseconds of an instant', () => {
  expect(epochMillis('2026-01-01T00:00:00.123456Z')).toBeCloseTo(Date.parse('2026-01-01T00:00:00Z') + 123.456, 3);
  expect(epochMillis('2026-01-01T00:00:00Z')).toBe(Date.parse('2026-01-01T00:00:00Z'));
});

describe('the steps of a pod', () => {
  const others = 'kube-scheduler/v1.35';
  const between = (from: number, to: number) => ({
    requestReceivedTimestamp: `2026-01-01T00:00:00.0${String(from).padStart(2, '0')}000Z`,
    stageTimestamp: `2026-01-01T00:00:00.0${String(to).padStart(2, '0')}000Z`,
  });
  const status = { resource: 'pods', subresource: 'status' };
  const binding = { resource: 'pods', subresource: 'binding' };
  const trail = {
    name: 'p',
    physicalName: 'p-copy',
    virtual: [
      event({ userAgent: 'bench', ...between(0, 3) }),
      event({ userAgent: others, objectRef: { ...binding, name: 'p' }, ...between(5, 8) }),
      event({ verb: 'patch', objectRef: { ...status, name: 'p' }, ...between(20, 21) }),
      event({ verb: 'patch', objectRef: { ...status, name: 'p' }, ...between(30, 33) }),
    ],
    physical: [
      event({ objectRef: { resource: 'pods', name: 'p-copy' }, ...between(10, 13) }),
      event({ userAgent: others, objectRef: { ...binding, name: 'p-copy' }, ...between(15, 17) }),
      event({ userAgent: 'kwok', verb: 'patch', objectRef: { ...status, name: 'p-copy' }, ...between(18, 22) }),
    ],
  };

  it('add up, and end with the last status that was written', () => {
    const steps = stepsOf(trail) ?? [];
    expect(steps.map(([, millis]) => Math.round(millis))).toEqual([3, 2, 3, 2, 3, 4, 5, 8, 3]);
  });

  it('are unknown where a request is missing', () => {
    expect(stepsOf({ ...trail, physical: trail.physical.slice(0, 2) })).toBeNull();
  });
});
