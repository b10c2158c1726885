import type { Node } from 'kubernetes-types/core/v1';
import { KubeletPorts } from '../../../gateway/kubelet-ports';
import { IndexedStore, type Change } from '../../../kube';
import { eventually } from '../../support/eventually';

function vnode(name: string, port: number, creationTimestamp = '2026-01-01T12:00:00Z'): Node {
  return { metadata: { name, uid: name, creationTimestamp, labels: { 'kubeocean.io/proxier_port': `${port}` } } };
}

/** Ports that the test opens in its mind only. */
class Bench {
  readonly open = new Map<number, string>();
  readonly onError = jest.fn();
  readonly taken = new Set<number>();
  readonly store = new IndexedStore<Node>();
  private listener: (change: Change<Node>) => void = () => undefined;
  readonly ports: KubeletPorts;

  constructor(...nodes: Node[]) {
    for (const node of nodes) this.store.set(node.metadata?.name ?? '', node);
    this.ports = new KubeletPorts({
      vnodes: { store: this.store, subscribe: (listener) => ((this.listener = listener), () => undefined) },
      open: async (port, name) => {
        if (this.taken.has(port) || this.open.has(port)) throw new Error('EADDRINUSE');
        this.open.set(port, name);
        return { close: () => (this.open.delete(port), Promise.resolve()) };
      },
      onError: this.onError,
      retryMillis: 10,
    });
  }

  set(name: string, node: Node | null): void {
    this.listener({ key: name, old: this.store.set(name, node), new: node });
  }

  async serves(expected: Record<number, string>): Promise<void> {
    await eventually(() => expect(Object.fromEntries(this.open)).toEqual(expected));
  }
}

it('opens a port for each vnode, those that come later too, and closes those of vnodes that go', async () => {
  const bench = new Bench(vnode('a', 20_001));
  bench.set('b', vnode('b', 20_002));
  await bench.serves({ 20001: 'a', 20002: 'b' });
  bench.set('a', null);
  await bench.serves({ 20002: 'b' });
  await bench.ports.stop();
  expect(bench.open.size).toBe(0);
});

it('follows a vnode to another port', async () => {
  const bench = new Bench(vnode('a', 20_001));
  await bench.serves({ 20001: 'a' });
  bench.set('a', vnode('a', 20_005));
  await bench.serves({ 20005: 'a' });
  await bench.ports.stop();
});

it('serves the eldest of two that have the same, and the other once that is gone', async () => {
  const bench = new Bench(vnode('a', 20_001, '2026-01-01T12:00:01Z'), vnode('b', 20_001));
  await bench.serves({ 20001: 'b' });
  bench.set('b', null);
  await bench.serves({ 20001: 'a' });
  expect(bench.onError).not.toHaveBeenCalled();
  await bench.ports.stop();
});

it('tries again where another process has the port, and serves the others meanwhile', async () => {
  const bench = new Bench(vnode('a', 20_001), vnode('b', 20_002));
  bench.taken.add(20_003);
  bench.set('c', vnode('c', 20_003));
  await eventually(() => expect(bench.onError).toHaveBeenCalledWith({ port: 20_003, virtualNode: 'c' }, expect.any(Error)));
  await bench.serves({ 20001: 'a', 20002: 'b' });
  bench.taken.clear();
  await bench.serves({ 20001: 'a', 20002: 'b', 20003: 'c' });
  await bench.ports.stop();
});
