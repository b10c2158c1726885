/**
 * What the two schemas accept. Each row runs twice: through zod (here) and through a real API server
 * (test/integration/crds). A verdict is `accepted`, or the path of the field that is blamed.
 */
export type SpecRow = readonly [name: string, change: Readonly<Record<string, unknown>>, verdict: string];

/** The least that is accepted; rows say what differs. `undefined` takes a field away. */
export const bindingSpec = { clusterID: 'cls-a', secretRef: { name: 'a-kubeconfig', namespace: 'kubeocean-system' } };

const terms = (...nodeSelectorTerms: readonly object[]) => ({ nodeSelector: { nodeSelectorTerms } });
const requirement = { key: 'zone', operator: 'In', values: ['x'] };

export const bindingRows: readonly SpecRow[] = [
  ['the least', {}, 'accepted'],
  ['a clusterID of 24 characters', { clusterID: 'a'.repeat(24) }, 'accepted'],
  ['a clusterID of one character', { clusterID: '1' }, 'accepted'],
  ['a clusterID of 25 characters', { clusterID: 'a'.repeat(25) }, 'spec.clusterID'],
  ['an empty clusterID', { clusterID: '' }, 'spec.clusterID'],
  ['no clusterID', { clusterID: undefined }, 'spec.clusterID'],
  ['a clusterID in upper case', { clusterID: 'Cls-A' }, 'spec.clusterID'],
  ['a clusterID with a dot', { clusterID: 'cls.a' }, 'spec.clusterID'],
  ['a clusterID that ends with a dash', { clusterID: 'cls-' }, 'spec.clusterID'],
  ['a clusterID with a second line', { clusterID: 'cls-a\n' }, 'spec.clusterID'],
  ['no secretRef', { secretRef: undefined }, 'spec.secretRef'],
  ['an empty secretRef, which preflight names', { secretRef: {} }, 'accepted'],
  ['a secretRef that is a string', { secretRef: 'a-kubeconfig' }, 'spec.secretRef'],
  ['a selector without terms', terms(), 'accepted'],
  ['a selector without the list of terms', { nodeSelector: {} }, 'spec.nodeSelector.nodeSelectorTerms'],
  ['an empty term', terms({}), 'accepted'],
  ['expressions and fields', terms({ matchExpressions: [requirement], matchFields: [requirement] }), 'accepted'],
  ['a requirement without values', terms({ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }), 'accepted'],
  ['an unknown operator, which matches nothing', terms({ matchExpressions: [{ ...requirement, operator: 'Near' }] }), 'accepted'],
  [
    'a requirement without a key',
    terms({ matchExpressions: [{ operator: 'Exists' }] }),
    'spec.nodeSelector.nodeSelectorTerms[0].matchExpressions[0].key',
  ],
  ['a mount namespace', { mountNamespace: 'kubeocean-worker' }, 'accepted'],
  ['an empty mount namespace, which preflight names', { mountNamespace: '' }, 'accepted'],
  ['a mount namespace with a slash', { mountNamespace: 'a/b' }, 'spec.mountNamespace'],
  ['a mount namespace of 64 characters', { mountNamespace: 'a'.repeat(64) }, 'spec.mountNamespace'],
  ['service namespaces', { serviceNamespaces: ['default'] }, 'accepted'],
  ['an empty service namespace', { serviceNamespaces: ['default', ''] }, 'spec.serviceNamespaces[1]'],
  [
    'all switches',
    { disableNodeDefaultTaint: true, runningDaemonsetByDefault: true, directScheduling: true, podPriorityClassName: 'low' },
    'accepted',
  ],
  ['a virtual cluster without anything', { virtualCluster: {} }, 'accepted'],
  ...['https://api.example.com:6443', 'api.example.com', '10.0.0.1:6443', '[2001:db8::1]:6443', 'https://10.0.0.1/', 'api:65535'].map(
    (apiServer): SpecRow => [`API server ${apiServer}`, { virtualCluster: { apiServer } }, 'accepted'],
  ),
  ...['', 'http://api', 'https://api:0', 'api:65536', '300.1.1.1', '2001:db8::1', 'https://api/path', 'a b', 'api:'].map(
    (apiServer): SpecRow => [`API server ${apiServer}`, { virtualCluster: { apiServer } }, 'spec.virtualCluster.apiServer'],
  ),
  ...['10.0.0.2', '2001:db8::2', 'dns.example.com'].map((dns): SpecRow => [`DNS ${dns}`, { virtualCluster: { dns } }, 'accepted']),
  ...['', '10.0.0.2:53', '1.2.3', 'udp://10.0.0.2', '[2001:db8::2]'].map((dns): SpecRow => [`DNS ${dns}`, { virtualCluster: { dns } }, 'spec.virtualCluster.dns']),
  ['a switch that is a string', { directScheduling: 'true' }, 'spec.directScheduling'],
];

/** The least that is accepted. */
export const policySpec = { cluster: 'cluster-a' };

const window = (change: object = {}) => ({ timeWindows: [{ start: '18:00', end: '08:00', ...change }] });
const exception = (change: object = {}) => ({ exceptions: [{ date: '2026-12-24', lending: 'Closed', reason: 'Christmas', ...change }] });
const limit = (change: object = {}) => ({ resourceLimits: [{ resource: 'cpu', ...change }] });

export const policyRows: readonly SpecRow[] = [
  ['the least', {}, 'accepted'],
  ['no cluster', { cluster: undefined }, 'spec.cluster'],
  ['an empty cluster', { cluster: '' }, 'spec.cluster'],
  ['no windows', { timeWindows: [] }, 'accepted'],
  ['a window over midnight', window(), 'accepted'],
  ['a full day', window({ start: '00:00', end: '23:59' }), 'accepted'],
  ['a window of one minute', window({ end: '18:00' }), 'accepted'],
  ['a window without a start', window({ start: undefined }), 'spec.timeWindows[0].start'],
  ['a window without an end', window({ end: undefined }), 'spec.timeWindows[0].end'],
  ['24:00', window({ end: '24:00' }), 'spec.timeWindows[0].end'],
  ['9:00', window({ start: '9:00' }), 'spec.timeWindows[0].start'],
  ['08:60', window({ end: '08:60' }), 'spec.timeWindows[0].end'],
  ['an empty time', window({ start: '' }), 'spec.timeWindows[0].start'],
  ['seconds', window({ start: '18:00:00' }), 'spec.timeWindows[0].start'],
  ['a full weekday name', window({ days: ['monday'] }), 'accepted'],
  ['a weekday in any case', window({ days: ['Monday', 'SUNDAY'] }), 'accepted'],
  ['an empty list of days', window({ days: [] }), 'accepted'],
  ['an abbreviated weekday', window({ days: ['monday', 'tue'] }), 'spec.timeWindows[0].days[1]'],
  ['two weekdays in one', window({ days: ['monday-friday'] }), 'spec.timeWindows[0].days[0]'],
  ['a time zone', { timeZone: 'Europe/Berlin' }, 'accepted'],
  ['a time zone of three parts', { timeZone: 'America/Argentina/Buenos_Aires' }, 'accepted'],
  ['a fixed time zone', { timeZone: 'Etc/GMT+3' }, 'accepted'],
  ['UTC', { timeZone: 'UTC' }, 'accepted'],
  ['an unknown time zone', { timeZone: 'Mars/Olympus' }, 'spec.timeZone'],
  ['an empty time zone', { timeZone: '' }, 'spec.timeZone'],
  ['an offset instead of a time zone', { timeZone: '+02:00' }, 'spec.timeZone'],
  ["the time zone of the API server's machine", { timeZone: 'Local' }, 'spec.timeZone'],
  ['an exception for a day', exception(), 'accepted'],
  ['an exception for some minutes of a leap day', exception({ date: '2028-02-29', lending: 'Open', start: '22:00', end: '06:00' }), 'accepted'],
  ['an exception for a year', exception({ lastDate: '2027-12-25' }), 'accepted'],
  ['an exception for a day that is its last one', exception({ lastDate: '2026-12-24' }), 'accepted'],
  ['an exception for longer than a year', exception({ lastDate: '2027-12-26' }), 'spec.exceptions[0].lastDate'],
  ['an exception that ends before it starts', exception({ lastDate: '2026-12-23' }), 'spec.exceptions[0].lastDate'],
  ['an exception without a day', exception({ date: undefined }), 'spec.exceptions[0].date'],
  ['an exception on a day that does not exist', exception({ date: '2026-02-29' }), 'spec.exceptions[0].date'],
  ['an exception that ends on a day that does not exist', exception({ lastDate: '2027-04-31' }), 'spec.exceptions[0].lastDate'],
  ['an exception until further notice', exception({ lastDate: '9999-12-31' }), 'spec.exceptions[0].lastDate'],
  ['an exception on a day written otherwise', exception({ date: '24.12.2026' }), 'spec.exceptions[0].date'],
  ['an exception of another kind', exception({ lending: 'closed' }), 'spec.exceptions[0].lending'],
  ['an exception of no kind', exception({ lending: undefined }), 'spec.exceptions[0].lending'],
  ['an exception without a reason', exception({ reason: undefined }), 'spec.exceptions[0].reason'],
  ['an exception for an empty reason', exception({ reason: '' }), 'spec.exceptions[0].reason'],
  ['an exception from 9:00', exception({ start: '9:00' }), 'spec.exceptions[0].start'],
  ['an exception until 24:00', exception({ end: '24:00' }), 'spec.exceptions[0].end'],
  ['101 exceptions', { exceptions: Array.from({ length: 101 }, () => exception().exceptions[0]) }, 'spec.exceptions'],
  ['a limit that limits nothing', limit(), 'accepted'],
  ['a limit without a resource', limit({ resource: undefined, percent: 1 }), 'spec.resourceLimits[0].resource'],
  ['0 percent', limit({ percent: 0 }), 'accepted'],
  ['100 percent', limit({ percent: 100 }), 'accepted'],
  ['-1 percent', limit({ percent: -1 }), 'spec.resourceLimits[0].percent'],
  ['101 percent', limit({ percent: 101 }), 'spec.resourceLimits[0].percent'],
  ['half a percent', limit({ percent: 0.5 }), 'spec.resourceLimits[0].percent'],
  ['a quantity as a number', limit({ quantity: 4 }), 'accepted'],
  ['a quantity in milli', limit({ quantity: '500m' }), 'accepted'],
  ['a binary quantity', limit({ quantity: '8Gi' }), 'accepted'],
  ['a quantity with an exponent', limit({ quantity: '1e3' }), 'accepted'],
  ['an unknown unit', limit({ quantity: '8GB' }), 'spec.resourceLimits[0].quantity'],
  ['a word as a quantity', limit({ quantity: 'all' }), 'spec.resourceLimits[0].quantity'],
  ['a truth value as a quantity', limit({ quantity: true }), 'spec.resourceLimits[0].quantity'],
  ['two limits of one resource', { resourceLimits: [{ resource: 'cpu', percent: 50 }, { resource: 'cpu', quantity: 1 }] }, 'accepted'],
  ['reclaim with grace', { forceReclaim: true, gracefulReclaimPeriodSeconds: 300 }, 'accepted'],
  ['no grace', { gracefulReclaimPeriodSeconds: 0 }, 'accepted'],
  ['a negative grace', { gracefulReclaimPeriodSeconds: -1 }, 'spec.gracefulReclaimPeriodSeconds'],
  [
    'every term of the reclaim',
    { noticePeriodSeconds: 600, drain: 'Evict', reclaimBefore: true, evictTolerating: true, gracefulReclaimPeriodSeconds: 300 },
    'accepted',
  ],
  ['to wait for pods', { drain: 'Wait' }, 'accepted'],
  ['an unknown way to drain', { drain: 'Force' }, 'spec.drain'],
  ['a way to drain in lower case', { drain: 'evict' }, 'spec.drain'],
  ['no notice', { noticePeriodSeconds: 0 }, 'accepted'],
  ['a negative notice', { noticePeriodSeconds: -1 }, 'spec.noticePeriodSeconds'],
  ['half a second of notice', { noticePeriodSeconds: 0.5 }, 'spec.noticePeriodSeconds'],
  ['a switch of the reclaim that is a string', { reclaimBefore: 'true' }, 'spec.reclaimBefore'],
  ['another one', { evictTolerating: 'yes' }, 'spec.evictTolerating'],
  ['a negative extension', { maxExtensionSeconds: -1 }, 'spec.maxExtensionSeconds'],
  ['an hour of extension', { maxExtensionSeconds: 3_600 }, 'accepted'],
  ['a grace beyond int32', { gracefulReclaimPeriodSeconds: 3_000_000_000 }, 'spec.gracefulReclaimPeriodSeconds'],
];
