import { finishUnbind } from '../../../activities/binding/finish-unbind';
import { reconcileBinding } from '../../../activities/binding/reconcile-binding';
import { Fleet } from '../../../activities/fleet/fleet';
import { BY_BINDING, type VirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { detachNode } from '../../../activities/node/detach-node';
import { viewNode } from '../../../activities/node/facts';
import { subjectOf } from '../../../activities/pod/subject';
import { sharedActivities } from '../../../activities/temporal/shared';
import { IndexedStore } from '../../../kube';
import { aBinding } from '../../support/builders/binding';

const binding = aBinding('east').meta({ deletionTimestamp: '2026-03-02T08:01:00Z' }).build();
const REF = { name: 'east', uid: binding.metadata.uid };
const NODE = { binding: 'east', bindingUid: REF.uid, node: 'n1' };

/** A process whose lists of the virtual cluster are not in, and the requests that it makes. */
function beforeItsLists() {
  const requests: string[] = [];
  const client = new Proxy({}, {
    get: (_, verb) => async () => {
      requests.push(String(verb));
      return verb === 'list' ? { items: [] } : binding;
    },
  });
  const empty = { store: new IndexedStore({ [BY_BINDING]: () => [] }), subscribe: () => () => undefined, hasSynced: () => false };
  const virtual = { uid: 'v', client, pods: empty, nodes: empty, bindings: empty, csiNodes: empty, hasSynced: () => false };
  return { fleet: new Fleet(virtual as unknown as VirtualCluster, () => undefined), requests };
}

const shared = (fleet: Fleet) => sharedActivities(fleet, undefined as never, async () => []);

it.each<[what: string, ask: (fleet: Fleet) => Promise<unknown>]>([
  ['a pause is not dropped', (fleet) => shared(fleet).setPaused(REF, null, true)],
  ['what somebody asked for is told', (fleet) => shared(fleet).recordSteering(REF, null, [])],
  ['a binding is not judged', (fleet) => reconcileBinding(fleet, REF)],
  ['an unbind does not overlook vnodes', (fleet) => finishUnbind(fleet, REF)],
  ['a node is not detached', (fleet) => detachNode(fleet, NODE, async () => 0)],
  ['a node is not forgotten', (fleet) => viewNode(fleet, NODE)],
  ['a pod is not given up', (fleet) => subjectOf(fleet, { ...NODE, pod: { namespace: 'default', name: 'a', uid: 'a' } })],
])('what a worker that has just begun does not know yet is not gone: %s', async (_, ask) => {
  const { fleet, requests } = beforeItsLists();
  await expect(ask(fleet)).rejects.toThrow('the lists of the virtual cluster are not synced yet');
  expect(requests).toEqual([]);
});
