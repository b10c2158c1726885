import type { OwnPod } from '../../../domain/node-metrics';
import type { ClusterFigures, Figures } from '../../../gateway/node-metrics/cluster-figures';
import { figuresOf, type FiguresKind, type FiguresSubject } from '../../../gateway/node-metrics/node-figures';

const web: OwnPod = { namespace: 'shop', name: 'web', uid: 'v-1', physicalUid: 'p-1', claims: {} };

/** A vnode with one pod; the test answers for its physical node. */
class Vnode {
  private readonly waiting: ((figures: Figures) => void)[] = [];
  private readonly subject: FiguresSubject;

  constructor() {
    const cluster = { resourcePath: async () => '/metrics/resource', ask: () => new Promise<Figures>((resolve) => void this.waiting.push(resolve)) };
    this.subject = {
      ...{ vnode: 'vnode-a', node: 'a', pods: new Map([['mount/web-aa', web]]), memory: {}, signal: new AbortController().signal },
      cluster: cluster as unknown as ClusterFigures,
    };
  }

  async ask(kind: FiguresKind): Promise<string> {
    const { chunks } = await figuresOf(kind, new URLSearchParams(), this.subject);
    let text = '';
    for await (const chunk of chunks) text += chunk;
    return text;
  }

  /** Answers the request that has waited for so many others. */
  async answer(index: number, body: string): Promise<void> {
    // Until all are asked.
    await new Promise(setImmediate);
    const [resolve] = this.waiting.splice(index, 1);
    resolve?.({ from: 'node', body: (async function* () { yield Buffer.from(body); })() });
  }
}

const resource = (seconds: number) => `pod_cpu_usage_seconds_total{namespace="mount",pod="web-aa"} ${seconds}\n`;
const summary = (nanos: number) =>
  JSON.stringify({ node: { cpu: { usageCoreNanoSeconds: 1 } }, pods: [{ podRef: { namespace: 'mount', name: 'web-aa' }, cpu: { usageCoreNanoSeconds: nanos } }] });

it.each([
  ['metrics/resource', resource, /^node_cpu_usage_seconds_total (\d+)$/m],
  ['stats/summary', summary, /^{"node":{"nodeName":"vnode-a","cpu":{"usageCoreNanoSeconds":(\d+)/],
] as const)('the CPU time of the node at /%s does not jump when two ask at once and the older answer comes last', async (kind, body, pattern) => {
  const vnode = new Vnode();
  const nodeIn = async (text: Promise<string>) => Number(pattern.exec(await text)?.[1]);
  const [older, newer] = [nodeIn(vnode.ask(kind)), nodeIn(vnode.ask(kind))];
  await vnode.answer(1, body(200));
  expect(await newer).toBe(200);
  await vnode.answer(0, body(190));
  expect(await older).toBe(200);
  const next = nodeIn(vnode.ask(kind));
  await vnode.answer(0, body(210));
  expect(await next).toBe(210);
});
