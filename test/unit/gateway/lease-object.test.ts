import type { Lease } from 'kubernetes-types/coordination/v1';
import { gatewayLease, isFresh, nodeLease } from '../../../gateway/leases/lease-object';

const now = Date.parse('2026-11-21T10:45:17.123Z');
const moment = { now, durationSeconds: 40 };
const vnode = { metadata: { name: 'vnode-a-n1', uid: 'uid-1' } };

test('the heartbeat of a vnode is what a kubelet writes, and goes with its Node', () => {
  expect(nodeLease(vnode, moment)).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      namespace: 'kube-node-lease',
      name: 'vnode-a-n1',
      labels: { 'kubeocean.io/managed-by': 'kubeocean' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'vnode-a-n1', uid: 'uid-1' }],
    },
    spec: { holderIdentity: 'vnode-a-n1', leaseDurationSeconds: 40, renewTime: '2026-11-21T10:45:17.123000Z' },
  });
});

test('the heartbeat of the gateways names who wrote it', () => {
  const { metadata, spec } = gatewayLease('host_1', moment);
  expect(metadata).toMatchObject({ namespace: 'kubeocean-system', name: 'kubeocean-gateway' });
  expect(spec?.holderIdentity).toBe('host_1');
});

describe('isFresh', () => {
  const wanted = nodeLease(vnode, moment);
  const aged = (milliseconds: number, difference: Partial<Lease['metadata']> = {}): Lease => {
    const lease = nodeLease(vnode, { ...moment, now: now - milliseconds });
    return { ...lease, metadata: { ...lease.metadata, ...difference } };
  };
  test.each<{ name: string; live: Lease | undefined; fresh: boolean }>([
    { name: 'one of a second ago', live: aged(1_000), fresh: true },
    { name: 'one of 7.999 s ago', live: aged(7_999), fresh: true },
    { name: 'one of 8 s ago', live: aged(8_000), fresh: false },
    { name: 'none', live: undefined, fresh: false },
    { name: 'one without a time', live: { metadata: aged(0).metadata }, fresh: false },
    { name: 'one of the Node that had this name before', live: aged(0, { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'old' }] }), fresh: false },
    { name: 'one from a clock far ahead', live: aged(-60_000), fresh: false },
  ])('$name: $fresh', ({ live, fresh }) => {
    expect(isFresh(live, wanted, { now, fresh: 8_000 })).toBe(fresh);
  });
});
