import { cleanPhysical } from '../../../activities/binding/clean-physical';
import { Label } from '../../../api/names/keys';
import { toLabelValue } from '../../../domain/vnode';
import type { KubeClient, KubeObject, ObjectKey, ResourceType } from '../../../kube';
import { aPolicy } from '../../support/builders/policy';

const LONG = `nights-${'and-weekends-'.repeat(5)}too`;

it.each<[name: string, label: string, cleaned: boolean]>([
  ['nights', 'nights', true],
  [LONG, toLabelValue(LONG), true],
  ['nights', 'of-another', false],
])('the label of policy %s on a node, %s, goes with the binding: %p', async (name, label, cleaned) => {
  const policy = aPolicy().meta({ name }).spec({ cluster: 'east' }).build();
  const listed: Readonly<Record<string, readonly object[]>> = {
    ResourceLeasingPolicy: [policy],
    Node: [{ metadata: { name: 'n1', labels: { [Label.PolicyApplied]: label } } }],
  };
  const patched: string[] = [];
  const client = {
    list: async ({ kind }: ResourceType<KubeObject>) => ({ items: listed[kind] ?? [] }),
    get: async () => null,
    patch: async ({ kind }: ResourceType<KubeObject>, key: ObjectKey) => void patched.push(`${kind} ${key.name}`),
  };
  const left = await cleanPhysical({
    ...{ client: client as unknown as KubeClient, mountNamespace: 'worker', virtualCluster: 'v', binding: 'east' },
    ...{ hasNamesake: false, namespaceInUse: true, bindingExists: () => false, isAlive: async () => false },
  });
  expect([left, patched]).toEqual([0, cleaned ? ['Node n1'] : []]);
});
