import type { Fleet } from '../../../activities/fleet/fleet';
import { BY_PORT } from '../../../activities/fleet/virtual-cluster';
import { endpointOf, portRivals, type NodeView } from '../../../activities/node/facts';
import { activitySettings } from '../../../workers/settings';
import { chooseProxierPort, proxierPortOf, type NodeObject } from '../../../domain/vnode';
import { IndexedStore } from '../../../kube';

const vnode = (name: string, port: number, second = 0): NodeObject => ({
  metadata: { name, uid: name, creationTimestamp: `2026-01-01T12:00:0${second}Z`, labels: { 'kubeocean.io/proxier_port': `${port}` } },
});

function fleetOf(...vnodes: NodeObject[]): Fleet {
  const store = new IndexedStore<NodeObject>({ [BY_PORT]: (node) => [String(proxierPortOf(node))] });
  for (const node of vnodes) store.set(node.metadata.name, node);
  return { virtual: { nodes: { store } } } as unknown as Fleet;
}

const settings = activitySettings({ TZ: 'UTC', KUBEOCEAN_GATEWAY_ADDRESS: '10.9.0.1' });
const portOf = (fleet: Fleet, name: string, live: NodeObject | null) => endpointOf(fleet, { vnode: live, vnodeName: name } as NodeView, settings).kubeletPort;
const preferred = chooseProxierPort('vnode-a', () => false);

it('a new vnode gets the port of its name', () => expect(portOf(fleetOf(), 'vnode-a', null)).toBe(preferred));

it('a new vnode gets the next one where another has that', () => {
  expect(portOf(fleetOf(vnode('vnode-b', preferred), vnode('vnode-c', preferred + 1)), 'vnode-a', null)).toBe(preferred + 2);
});

it('a vnode keeps what it has, whatever its name', () => {
  const live = vnode('vnode-a', 40_000);
  expect(portOf(fleetOf(live), 'vnode-a', live)).toBe(40_000);
});

it('of two with the same port the eldest keeps it, and the other gets a free one', () => {
  const [elder, younger] = [vnode('vnode-b', preferred, 1), vnode('vnode-a', preferred, 2)];
  const fleet = fleetOf(elder, younger);
  expect(portOf(fleet, 'vnode-b', elder)).toBe(preferred);
  expect(portOf(fleet, 'vnode-a', younger)).toBe(preferred + 1);
  expect(portRivals(fleet, younger)).toEqual([elder]);
});

it('no port is advertised for Prometheus where there is none', () => {
  const off = activitySettings({ TZ: 'UTC', KUBEOCEAN_PROMETHEUS_PORT: '0' });
  const view = { vnode: null, vnodeName: 'vnode-a' } as NodeView;
  expect([endpointOf(fleetOf(), view, settings).prometheusPort, endpointOf(fleetOf(), view, off).prometheusPort]).toEqual([9_006, undefined]);
});
