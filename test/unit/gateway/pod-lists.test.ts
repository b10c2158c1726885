import type { ServerResponse } from 'node:http';
import type { Pod } from 'kubernetes-types/core/v1';
import { podRoutes } from '../../../gateway/kubelet/pod-lists';
import type { KubeClient } from '../../../kube';

const running = (name: string) => ({ name, image: 'nginx@sha256:1', imageID: '', ready: true, restartCount: 0, state: { running: {} } });
const waiting = (name: string) => ({ ...running(name), state: { waiting: { reason: 'ContainerCreating' } } });

function pod(name: string, status: Pod['status']): Pod {
  const metadata = { name, namespace: 'default', uid: `uid-of-${name}`, labels: { app: 'mine' }, resourceVersion: '7' };
  const initContainers = [{ name: 'sidecar', image: 'proxy', env: [{ name: 'A', value: 'b' }] }];
  const containers = [{ name: 'main', image: 'nginx' }, { name: 'aside', image: 'busybox' }];
  return { metadata, spec: { nodeName: 'vnode-a', initContainers, containers }, status };
}

const pods = [
  pod('web', { phase: 'Running', containerStatuses: [running('main'), waiting('aside')], initContainerStatuses: [running('sidecar')] }),
  pod('new', { phase: 'Pending', containerStatuses: [waiting('main')] }),
  pod('unseen', {}),
];

/** What one of the lists answers, and what it asked the API server. */
async function answered(kind: 'pods' | 'runningpods') {
  const asked: unknown[] = [];
  const client = { list: async (_: unknown, options: unknown) => (asked.push(options), { items: pods }) } as unknown as KubeClient;
  let body = '';
  const response = { writeHead: () => response, end: (text: string) => void (body = text) } as unknown as ServerResponse;
  await podRoutes(client)[kind]({ node: 'vnode-a' } as never, response);
  return { asked, list: JSON.parse(body) as { kind: string; items: Pod[] } };
}

it('/pods shows the pods of the vnode as the virtual cluster knows them', async () => {
  const { asked, list } = await answered('pods');
  expect(asked).toEqual([{ fieldSelector: 'spec.nodeName=vnode-a' }]);
  expect(list).toMatchObject({ kind: 'PodList', items: pods });
});

it('/runningpods shows what a container runtime would know, and no pod without a running container', async () => {
  const { asked, list } = await answered('runningpods');
  expect(asked).toEqual([{ fieldSelector: 'spec.nodeName=vnode-a' }]);
  expect(list.kind).toBe('PodList');
  expect(list.items).toEqual([
    {
      metadata: { name: 'web', namespace: 'default', uid: 'uid-of-web' },
      spec: { containers: [{ name: 'sidecar', image: 'proxy' }, { name: 'main', image: 'nginx' }] },
      status: {},
    },
  ]);
});
