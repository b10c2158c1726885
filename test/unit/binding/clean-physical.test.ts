import { cleanPhysical } from '../../../activities/binding/clean-physical';
import { Label } from '../../../api/names/keys';
import { toLabelValue } from '../../../domain/vnode';
import type { KubeClient, KubeObject, ObjectKey, ResourceType } from '../../../kube';
import { aPolicy } from '../../support/builders/policy';

const LONG = `nights-${'and-weekends-'.repeat(5)}too`;

const nights = { name: 'nights', cluster: 'east' };

it.each([
  { what: 'of a policy of the binding', policies: [nights], label: 'nights', cleaned: true },
  { what: 'of a policy with a long name', policies: [{ ...nights, name: LONG }], label: toLabelValue(LONG), cleaned: true },
  { what: 'of no policy that is known', policies: [nights], label: 'of-another', cleaned: false },
  { what: 'of a policy that the binding had', former: ['days', 'nights'], label: 'nights', cleaned: true },
  { what: 'of one with a long name that the binding had', former: [LONG], label: toLabelValue(LONG), cleaned: true },
  { what: 'of a policy of its name that another binding has now', policies: [{ ...nights, cluster: 'west' }], former: ['nights'], label: 'nights', cleaned: false },
])('the label $what goes with the binding: $cleaned', async ({ policies = [], former = [], label, cleaned }) => {
  const listed: Readonly<Record<string, readonly object[]>> = {
    ResourceLeasingPolicy: policies.map(({ name, cluster }) => aPolicy().meta({ name }).spec({ cluster }).build()),
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
    ...{ formerPolicies: former, hasNamesake: false, namespaceInUse: true, bindingExists: () => false, isAlive: async () => false },
  });
  expect([left, patched]).toEqual([0, cleaned ? ['Node n1'] : []]);
});
