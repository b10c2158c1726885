import { FIGURES_PERMISSIONS, IDENTITY_PERMISSION, OPTIONAL_PERMISSIONS, REQUIRED_PERMISSIONS, SERVICE_PERMISSIONS, type Permission } from '../../../activities/binding/preflight-checks/permissions';
import { NODE_FIGURES, readManifests, SERVICE_MIRRORS, typeOf, type Manifest } from '../../../cli/install/manifests';
import { placeIn } from '../../../cli/install/place';
import * as kube from '../../../kube';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

describe.each(['virtual', 'physical'] as const)('the manifests of a %s cluster', (role) => {
  const manifests = readManifests(role);

  it('begin with what others need', () => {
    const kinds = manifests.map(({ kind }) => kind);
    expect([...new Set(kinds)].slice(0, 3)).toEqual(['CustomResourceDefinition', 'Namespace', 'ServiceAccount']);
    expect(kinds.findLastIndex((kind) => kind.endsWith('Role'))).toBeLessThan(kinds.findIndex((kind) => kind.endsWith('RoleBinding')));
  });

  it('have a namespace exactly where their kind has one', () => {
    for (const manifest of manifests) {
      expect([manifest.metadata.name, manifest.metadata.namespace !== undefined]).toEqual([manifest.metadata.name, typeOf(manifest).namespaced]);
    }
  });

  const rules = manifests.flatMap((manifest) => (manifest as unknown as { rules?: Rule[] }).rules ?? []);

  it('grant nothing by wildcard', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs])).not.toContain('*');
  });

  it('grant nothing that is never asked for: other kinds, and writes of whole objects, since all is patched', () => {
    const kinds = Object.values<unknown>(kube).flatMap((one) => (isType(one) ? [`${one.plural} ${one.group}`] : []));
    const granted = rules.flatMap(({ apiGroups, resources, verbs }) => resources.flatMap((resource) => verbs.map((verb) => ({ verb, resource, group: apiGroups[0] ?? '' }))));
    const odd = granted.filter(({ resource, group }) => !kinds.includes(`${resource.split('/')[0]} ${group}`) && !BY_PATH.includes(group));
    expect(odd).toEqual([]);
    expect(granted.filter(({ verb }) => verb === 'update').map(({ resource }) => resource)).toEqual(role === 'virtual' ? ['certificatesigningrequests/approval'] : []);
  });
});

const isType = (value: unknown): value is kube.ResourceType<kube.KubeObject> => typeof value === 'object' && value !== null && 'plural' in value;
/** Groups of what is asked without a kind of ours: reviews, and what may be signed and measured. */
const BY_PATH: readonly string[] = ['authentication.k8s.io', 'authorization.k8s.io', 'certificates.k8s.io', 'metrics.k8s.io'];

type Role = Parameters<typeof readManifests>[0];
const { node, metricsApi } = FIGURES_PERMISSIONS;
it.each<[what: string, role: Role, asked: readonly Permission[]]>([
  ['in a physical cluster', 'physical', [...REQUIRED_PERMISSIONS, IDENTITY_PERMISSION, ...OPTIONAL_PERMISSIONS.flatMap(({ permissions }) => permissions), metricsApi]],
  ['for figures of nodes', NODE_FIGURES, [node]],
  ['for mirrors of Services', SERVICE_MIRRORS, SERVICE_PERMISSIONS],
])('grants %s exactly what the preflight asks for', (_, role, permissions) => {
  const granted = readManifests(role).flatMap((manifest) => {
    const { rules = [] } = manifest as unknown as { rules?: Rule[] };
    return rules.flatMap(({ apiGroups: [group], resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group} ${resource} ${manifest.kind === 'Role' ? 'there' : 'everywhere'}`)),
    );
  });
  const asked = permissions.map(
    ({ verb, group = '', resource, scope }) => `${verb} ${group} ${resource} ${scope === 'cluster' ? 'everywhere' : 'there'}`,
  );
  expect(granted.sort()).toEqual(asked.sort());
});

it('has one custom resource on each side', () => {
  const crds = (['virtual', 'physical'] as const).map((role) =>
    readManifests(role).filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name),
  );
  expect(crds).toEqual([['clusterbindings.cloud.tencent.com'], ['resourceleasingpolicies.cloud.tencent.com']]);
});

it('does not know other kinds', () => {
  const pod: Manifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } };
  expect(() => typeOf(pod)).toThrow('install does not know the kind Pod');
});

describe('placeIn', () => {
  const manifests = readManifests('physical');
  const before = JSON.stringify(manifests);

  it('leaves nothing of the first namespace behind, and its input alone', () => {
    expect(JSON.stringify(placeIn('team-b', manifests))).not.toContain('kubeocean-worker');
    expect(JSON.stringify(manifests)).toBe(before);
  });

  it('changes nothing for the conventional namespace', () => {
    expect(placeIn('kubeocean-worker', manifests)).toEqual(manifests);
  });

  it('keeps cluster-wide bindings apart and shares the rest', () => {
    const names = (kind: string) => placeIn('team-b', manifests).filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);
    expect(names('ClusterRoleBinding')).toEqual(['kubeocean-syncer-team-b']);
    expect(names('ClusterRole')).toEqual(['kubeocean-syncer']);
    expect(names('Namespace')).toEqual(['team-b']);
  });
});
