import { zoneBy } from '../../../activities/settings';
import { activitySettings, auditIntervalMillis, SettingError, workflowSettings } from '../../../workers/settings';

describe('KUBEOCEAN_MAX_RECLAIM_PERCENT', () => {
  it.each<[string | undefined, number | null]>([
    [undefined, null],
    ['', null],
    ['0', 0],
    ['20', 20],
    ['100', 100],
  ])('%p means %p', (text, percent) => {
    expect(activitySettings({ KUBEOCEAN_MAX_RECLAIM_PERCENT: text }).maxReclaimPercent).toBe(percent);
  });

  it.each(['101', '-1', '2.5', 'half'])('%p is refused by name', (text) => {
    const read = () => activitySettings({ KUBEOCEAN_MAX_RECLAIM_PERCENT: text });
    expect(read).toThrow(SettingError);
    expect(read).toThrow('KUBEOCEAN_MAX_RECLAIM_PERCENT must be a whole number');
  });
});

it.each<[string, string | undefined, string | undefined, string | null]>([
  ['a name', 'Europe/Berlin', 'Europe/Berlin', 'Europe/Berlin'],
  ["the machine's", undefined, 'Asia/Tokyo', 'Asia/Tokyo'],
  ['nothing, which is UTC', '', 'Etc/Unknown', 'UTC'],
  ['a name that nobody knows', 'Mars/Olympus', undefined, null],
  ['a machine that does not know', undefined, 'Etc/Unknown', null],
])('TZ with %s', (_, variable, resolved, zone) => {
  expect(zoneBy(variable, resolved)).toBe(zone);
});

describe('KUBEOCEAN_AUDIT_INTERVAL_MS', () => {
  it.each<[string | undefined, number]>([
    [undefined, 600_000],
    ['0', 0],
    ['1000', 1_000],
  ])('%p means %p', (text, millis) => {
    expect(auditIntervalMillis({ KUBEOCEAN_AUDIT_INTERVAL_MS: text })).toBe(millis);
  });

  it.each(['999', '-1', 'often'])('%p is refused by name', (text) => {
    expect(() => auditIntervalMillis({ KUBEOCEAN_AUDIT_INTERVAL_MS: text })).toThrow('KUBEOCEAN_AUDIT_INTERVAL_MS must be');
  });
});

it.each<[string | undefined, number]>([
  [undefined, 300_000],
  ['3000', 3_000],
])('KUBEOCEAN_COPY_RETENTION_MS %p: copies outlive their last pod by %p', (text, millis) => {
  expect(activitySettings({ KUBEOCEAN_COPY_RETENTION_MS: text }).copyRetentionMillis).toBe(millis);
});

it('a port that there is none of is refused, as by the gateway', () => {
  expect(() => activitySettings({ KUBEOCEAN_KUBELET_PORT: '70000' })).toThrow('KUBEOCEAN_KUBELET_PORT must be a whole number from 0 to 65535');
});

it.each(['KUBEOCEAN_CHILD_BATCH', 'KUBEOCEAN_TICK_MS'])('%s 0, with which a workflow would turn without end, is refused', (name) => {
  expect(() => workflowSettings({ [name]: '0' })).toThrow(`${name} must be a whole number of at least`);
});
