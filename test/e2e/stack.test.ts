import type { Node, Pod } from 'kubernetes-types/core/v1';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { nodeNames } from '../../local/clusters/fake-nodes';
import { newRunFolder } from '../../local/processes/run-folder';
import type { Stack } from '../../local/stack';
import { eventually } from '../support/eventually';
import { kubectl } from '../support/kubectl';
import { processesMentioning } from '../support/living-processes';
import { startTestStack } from '../support/stack';
import { spawnTypeScript } from '../support/typescript-child';

let stack: Stack;
const crashes: string[] = [];

beforeAll(async () => {
  stack = await startTestStack({ onCrash: (error) => crashes.push(error.message) });
});

afterAll(async () => {
  await stack?.stop();
});

it('has a virtual cluster without nodes and two physical ones with three nodes each', async () => {
  expect(stack.physical.map((cluster) => cluster.name)).toEqual(['c1', 'c2']);
  for (const [cluster, names] of [
    [stack.virtual, []],
    [stack.physical[0]!, nodeNames('c1-node', 3)],
    [stack.physical[1]!, nodeNames('c2-node', 3)],
  ] as const) {
    const { items } = await cluster.api.get<{ items: Node[] }>('/api/v1/nodes');
    const ready = items.filter((node) => node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'));
    expect(ready.map((node) => node.metadata?.name).sort()).toEqual(names);
  }
});

it('runs a Deployment on the nodes of a physical cluster', async () => {
  const { kubeconfig, api } = stack.physical[0]!;
  await kubectl(kubeconfig, 'create', 'deployment', 'web', '--image=nginx', '--replicas=4');
  await eventually(async () => {
    const { items } = await api.get<{ items: Pod[] }>('/api/v1/namespaces/default/pods?labelSelector=app%3Dweb');
    expect(items.map((pod) => pod.status?.phase)).toEqual(['Running', 'Running', 'Running', 'Running']);
    expect(new Set(items.map((pod) => pod.status?.podIP)).size).toBe(4);
  });
});

it('serves Temporal with the search attributes of the product', async () => {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    const { namespace } = stack.temporal;
    await eventually(async () => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes ?? {}).sort()).toEqual(['KoBinding', 'KoCluster', 'KoNode', 'KoPhase', 'KoWindowEnd']);
    });
  } finally {
    await connection.close();
  }
});

it('lives beside a second stack, and leaves no process and no file behind', async () => {
  const other = await startTestStack({ physicalClusters: 1, nodesPerCluster: 1 });
  const { items } = await other.physical[0]!.api.get<{ items: Node[] }>('/api/v1/nodes');
  expect(items.map((node) => node.metadata?.name)).toEqual(['c1-node-1']);
  expect(processesMentioning(other.dir).length).toBeGreaterThan(5);
  await other.stop();
  await eventually(() => expect(processesMentioning(other.dir)).toEqual([]));
  expect(existsSync(other.dir)).toBe(false);
});

it.each([{ when: 'half-way through its start' }, { when: 'when it runs' }])(
  'leaves no process behind when its parent is killed $when',
  async ({ when }) => {
    const folder = newRunFolder('killed-stack');
    const parent = spawnTypeScript(join(__dirname, 'fixtures', 'stack-parent.ts'), folder.path);
    if (when === 'when it runs') await once(parent.stdout!, 'data');
    else await eventually(() => expect(processesMentioning(`${folder.path}/virtual`)).not.toEqual([]), { within: 30_000 });
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => expect(processesMentioning(folder.path)).toEqual([]), { within: 10_000 });
    folder.remove();
  },
);

it('stops without a crash and without a process left', async () => {
  await stack.stop();
  await eventually(() => expect(processesMentioning(stack.dir)).toEqual([]));
  expect(crashes).toEqual([]);
});
