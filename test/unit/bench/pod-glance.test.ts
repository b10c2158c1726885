import { podGlance } from '../../bench/measure/pod-glance';

const METADATA = '"name":"a","namespace":"default","uid":"u-1","resourceVersion":"17"';
const OWNER = '"ownerReferences":[{"kind":"ReplicaSet","name":"other","uid":"u-2"}]';

const line = (type: string, metadata: string, status: string) =>
  `{"type":"${type}","object":{"kind":"Pod","apiVersion":"v1","metadata":{${metadata},${OWNER}},"spec":{"phase":"Pending"},"status":{${status}}}}`;

describe('podGlance', () => {
  it.each([
    ['a pod that runs', line('MODIFIED', METADATA, '"qosClass":"Burstable","phase":"Running"'), { type: 'MODIFIED', name: 'a', uid: 'u-1', version: '17', phase: 'Running' }],
    ['a phase that is not the status', line('DELETED', METADATA, ''), { type: 'DELETED', name: 'a', uid: 'u-1', version: '17', phase: undefined }],
    ['the virtual name of a copy', line('ADDED', `${METADATA},"annotations":{"kubeocean.io/virtual-pod-name":"b"}`, ''), { type: 'ADDED', name: 'a', uid: 'u-1', version: '17', virtual: 'b' }],
  ])('finds %s', (_, text, { type, name, uid, version, ...rest }) => {
    const { phase, virtual } = { phase: undefined, virtual: undefined, ...rest };
    const annotations = virtual === undefined ? undefined : { 'kubeocean.io/virtual-pod-name': virtual };
    expect(podGlance(text)).toEqual({ type, object: { metadata: { name, uid, resourceVersion: version, annotations }, status: { phase } } });
  });

  it.each([
    ['an error', '{"type":"ERROR","object":{"kind":"Status","metadata":{},"code":410}}'],
    ['what does not begin with its name', '{"type":"ADDED","object":{"metadata":{"uid":"u-1","name":"a"}}}'],
  ])('leaves %s to be read whole', (_, text) => {
    expect(podGlance(text)).toBeNull();
  });
});
