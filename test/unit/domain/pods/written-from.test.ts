import { Annotation } from '../../../../api/names/keys';
import { COPY_MANAGER, copyWrite, toPhysicalConfigMap, writtenFrom, type CopyObject } from '../../../../domain/pods';
import { contentKeys, reclaimed, type ManagedFields } from '../../../../domain/pods/dependencies/written-from';
import { deepFreeze, OWNERSHIP } from '../../../support/builders/pod';

const data = { a: '1', 'b.conf': '2' };
const ours: ManagedFields = { manager: COPY_MANAGER, fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b.conf': {} }, 'f:metadata': { 'f:labels': {} } } };
const kubectl = (fieldsV1: object): ManagedFields => ({ manager: 'kubectl-edit', fieldsV1 });
const meta = (managedFields: readonly ManagedFields[] | undefined, keys: string | null = contentKeys('ConfigMap', { data })) =>
  deepFreeze({ annotations: { [Annotation.SourceVersion]: 'u/7', ...(keys !== null && { [Annotation.ContentKeys]: keys }) }, managedFields });
const without = (key: string) => ({ ...ours, fieldsV1: { 'f:data': { '.': {}, ...Object.fromEntries(['f:a', 'f:b.conf'].filter((one) => one !== key).map((one) => [one, {}])) } } });
const OURS = 'u/7';

it.each<[string, string, ReturnType<typeof meta>, string | null]>([
  ['a copy that only we have written', 'ConfigMap', meta([ours]), OURS],
  ['one with labels of somebody else', 'ConfigMap', meta([ours, kubectl({ 'f:metadata': { 'f:labels': { 'f:x': {} } } })]), OURS],
  ['one with other content', 'ConfigMap', meta([without('f:a'), kubectl({ 'f:data': { 'f:a': {} } })]), null],
  ['one with more binary content', 'ConfigMap', meta([ours, kubectl({ 'f:binaryData': { 'f:x': {} } })]), null],
  ['one that somebody froze', 'Secret', meta([ours, kubectl({ 'f:immutable': {} })]), null],
  ['a Secret of another type', 'Secret', meta([ours, kubectl({ 'f:type': {} })]), null],
  ['one that lacks a key', 'ConfigMap', meta([without('f:a')]), null],
  ['one that lacks a key, of an earlier version of ours', 'ConfigMap', meta([without('f:a')], null), OURS],
  ['one on which no name stands', 'ConfigMap', meta(undefined), OURS],
  ['a volume whose claim was bound', 'PersistentVolume', meta([kubectl({ 'f:spec': { 'f:claimRef': {} } })], null), OURS],
  ['a volume that is to be deleted', 'PersistentVolume', meta([kubectl({ 'f:spec': { 'f:persistentVolumeReclaimPolicy': {} } })], null), null],
  ['a claim that the cluster bound', 'PersistentVolumeClaim', meta([kubectl({ 'f:spec': { 'f:volumeName': {} } })], null), OURS],
  ['a Service with other ports', 'Service', meta([kubectl({ 'f:spec': { 'f:ports': {} } })], null), null],
  ['a Service that selects pods over there', 'Service', meta([kubectl({ 'f:spec': { 'f:selector': {} } })], null), null],
  ['endpoints of somebody else', 'EndpointSlice', meta([kubectl({ 'f:endpoints': {} })], null), null],
])('%s', (_name, kind, metadata, expected) => {
  expect(writtenFrom(kind, metadata)).toBe(expected);
});

describe('a mirrored Service', () => {
  const web = { port: 80, protocol: 'TCP' };
  const dns = { port: 53, protocol: 'UDP' };
  const fields = ['port', 'protocol', 'targetPort', 'name', 'appProtocol'];
  const port = (key: object, lacking = '') => [`k:${JSON.stringify(key)}`, Object.fromEntries(['.', ...fields.filter((one) => one !== lacking).map((one) => `f:${one}`)].map((one) => [one, {}]))];
  const keyed = (...ports: unknown[][]) => ({ 'f:ports': Object.fromEntries([['.', {}], ...ports]) as object });
  const written = (spec: object): ManagedFields => ({ manager: COPY_MANAGER, fieldsV1: { 'f:spec': { 'f:clusterIP': {}, ...spec } } });
  const named = { name: 'x', appProtocol: 'h2c' };
  const recorded = contentKeys('Service', { spec: { ports: [{ ...dns, ...named }, { ...web, ...named }], publishNotReadyAddresses: true } });
  const unready = { 'f:publishNotReadyAddresses': {} };
  const whole = { ...keyed(port(web), port(dns)), ...unready };

  it.each<[string, object, string | null]>([
    ['has all its ports', whole, OURS],
    ['has settings that an API server fills in', { ...keyed(port(web, 'targetPort'), port(dns)), ...unready, 'f:sessionAffinity': {}, 'f:type': {} }, OURS],
    ['lacks a port', { ...keyed(port(web)), ...unready }, null],
    ['lacks all', unready, null],
    ['has one of another protocol', { ...keyed(port(web), port({ ...dns, protocol: 'TCP' })), ...unready }, null],
    ["lacks a port's protocol of the application", { ...keyed(port(web, 'appProtocol'), port(dns)), ...unready }, null],
    ["lacks a port's name", { ...keyed(port(web), port(dns, 'name')), ...unready }, null],
    ['lacks a setting', keyed(port(web), port(dns)), null],
  ])('%s', (_name, spec, expected) => {
    expect(writtenFrom('Service', meta([written(spec)], recorded))).toBe(expected);
  });

  it('takes TCP for a protocol that is not named, and a setting that is off for one that is not there', () => {
    const keys = (spec: object) => contentKeys('Service', { spec });
    expect(keys({ ports: [{ port: 80 }], publishNotReadyAddresses: false })).toBe(keys({ ports: [web] }));
    expect(keys({})).toBe(keys({ ports: [] }));
  });
});

it.each<[string, string[], string | null]>([
  ['all that it was given', ['accessModes', 'mountOptions'], OURS],
  ['no mount options any more', ['accessModes'], null],
])('a volume that has %s', (_name, fields, expected) => {
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], mountOptions: ['ro'], persistentVolumeReclaimPolicy: 'Retain', hostPath: { path: '/x' } };
  const own = Object.fromEntries([...fields, 'persistentVolumeReclaimPolicy', 'hostPath'].map((field) => [`f:${field}`, {}]));
  const entries = [{ manager: COPY_MANAGER, fieldsV1: { 'f:spec': { ...own, 'f:capacity': { '.': {}, 'f:storage': {} } } } }, kubectl({ 'f:spec': { 'f:claimRef': { 'f:uid': {} } } })];
  expect(writtenFrom('PersistentVolume', meta(entries, contentKeys('PersistentVolume', { spec })))).toBe(expected);
});

describe('a copy with labels and annotations of its source', () => {
  const source = { name: 'c', namespace: 'shop', uid: 'u', resourceVersion: '7', labels: { app: 'x' }, annotations: { note: 'n' } };
  const { labels, annotations } = toPhysicalConfigMap({ metadata: source }, { ...OWNERSHIP, mountNamespace: 'mount' }).metadata!;
  const without = (key: string) => Object.fromEntries(Object.entries(annotations ?? {}).filter(([one]) => one !== key));

  it.each<[string, object, object, string | null]>([
    ['as they were given', {}, {}, OURS],
    ['beside those of others', { labels: { ...labels, theirs: '1' } }, { annotations: { ...annotations, theirs: '1' } }, OURS],
    ['a label has another value', { labels: { ...labels, app: 'y' } }, {}, null],
    ['an annotation has another value', {}, { annotations: { ...annotations, note: 'm' } }, null],
    ['an annotation is gone', {}, { annotations: without('note') }, null],
    ['where nobody knows which', { labels: {} }, { annotations: without(Annotation.ExpectedMetadata) }, OURS],
  ])('%s', (_name, one, other, expected) => {
    expect(writtenFrom('ConfigMap', { labels, annotations, ...one, ...other })).toBe(expected);
  });
});

it('knows nothing of a copy that does not name its source', () => {
  expect([writtenFrom('ConfigMap', {}), writtenFrom('ConfigMap', undefined)]).toEqual([null, null]);
});

it('tells binary content from text', () => {
  expect(contentKeys('ConfigMap', { data: { a: '' } })).not.toBe(contentKeys('ConfigMap', { binaryData: { a: '' } }));
  expect(contentKeys('ConfigMap', { data: { b: '', a: '' } })).toBe(contentKeys('ConfigMap', { data: { a: '', b: '' } }));
});

describe('a copy that is as it should be, though somebody else wrote it', () => {
  const desired = toPhysicalConfigMap({ metadata: { name: 'c', namespace: 'shop', uid: 'u', resourceVersion: '7' }, data }, { ...OWNERSHIP, mountNamespace: 'mount' }) as unknown as CopyObject;
  const written = (managedFields: readonly ManagedFields[]): CopyObject => deepFreeze({ ...desired, metadata: { ...desired.metadata, managedFields } });
  const labels = kubectl({ 'f:metadata': { 'f:labels': { 'f:x': {} } } });

  it.each<[string, readonly ManagedFields[]]>([
    ['in part', [labels, without('f:a'), kubectl({ 'f:data': { 'f:a': {} } })]],
    ['all of it', [labels, kubectl(ours.fieldsV1 ?? {})]],
    ['who is not known', [labels]],
  ])('%s, is ours again, and no label of his', (_name, managedFields) => {
    const write = copyWrite(desired, written(managedFields));
    const found = reclaimed('ConfigMap', { data }, { managedFields });
    expect(write).toEqual({ kind: 'patch', body: { metadata: { managedFields: found } } });
    expect(found[0]).toEqual(labels);
    expect(found[1]).toMatchObject({ manager: COPY_MANAGER, operation: 'Update', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:a': {}, 'f:b.conf': {} } } });
    expect(copyWrite(desired, written(found))).toEqual({ kind: 'none' });
  });
});
