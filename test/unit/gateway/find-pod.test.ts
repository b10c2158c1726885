import { Annotation } from '../../../api/names/keys';
import type { PodRoute } from '../../../domain/kubelet';
import { ownershipLabels } from '../../../domain/pods/identity/ownership';
import { physicalName } from '../../../domain/pods';
import { ReviewCache } from '../../../gateway/kubelet/callers/review-cache';
import type { ViewedPod } from '../../../gateway/kubelet/cluster-view';
import { findPod, type PodFinder } from '../../../gateway/kubelet/find-pod';

const OWNERSHIP = { virtualCluster: 'v', binding: 'east' };
const web: ViewedPod = { metadata: { name: 'web', namespace: 'shop', uid: 'v-1' }, nodeName: 'vnode-a' };
const exec: PodRoute = { kind: 'exec', pod: { namespace: 'shop', name: 'web' }, container: 'main' };

let now: number;
let read: jest.Mock<Promise<object | null>>;
let finder: PodFinder;

beforeEach(() => {
  now = 0;
  read = jest.fn(async () => physical());
  const api = { client: { get: read }, verified: new ReviewCache<void>({ now: () => now }) };
  finder = {
    view: { bindingOf: () => ({ metadata: { name: 'east' }, spec: { mountNamespace: 'mount' } }), clusterUid: async () => 'v' },
    apis: { of: async () => api },
  } as unknown as PodFinder;
});

const physical = (uid = 'v-1') => ({
  metadata: {
    ...{ name: physicalName('web', 'shop'), namespace: 'mount', uid: 'p-1', labels: ownershipLabels(OWNERSHIP) },
    annotations: { [Annotation.VirtualPodNamespace]: 'shop', [Annotation.VirtualPodName]: 'web', [Annotation.VirtualPodUid]: uid },
  },
  spec: { containers: [{ name: 'main' }, { name: 'side' }] },
});

async function verify(virtual = web, route = exec): Promise<number> {
  const { verified } = await findPod(finder, virtual, route);
  await verified;
  return read.mock.calls.length;
}

it('reads the physical pod once for streams that follow each other, and again after five seconds', async () => {
  expect(await verify()).toBe(1);
  now = 4_999;
  expect(await verify()).toBe(1);
  now = 5_000;
  expect(await verify()).toBe(2);
});

it.each<[what: string, virtual: ViewedPod, route: PodRoute]>([
  ['another pod of that name', { ...web, metadata: { ...web.metadata, uid: 'v-2' } }, exec],
  ['another container', web, { ...exec, container: 'other' }],
])('believes nothing of %s', async (_, virtual, route) => {
  await verify();
  await expect(verify(virtual, route)).rejects.toMatchObject({ status: 404 });
  expect(read).toHaveBeenCalledTimes(2);
});

it.each<[what: string, answer: object | null]>([
  ['is not there yet', null],
  ['is another’s', physical('v-9')],
])('asks again where the physical pod %s', async (_, answer) => {
  read.mockResolvedValueOnce(answer);
  await expect(verify()).rejects.toMatchObject({ name: 'KubeletRefusal' });
  expect(await verify()).toBe(2);
});
