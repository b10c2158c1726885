import type { ConfigMap } from 'kubernetes-types/core/v1';
import { ConfigMaps, isKubeError, Secrets, startInformer } from '../../../kube';
import type { Change, Informer, InformerOptions, KubeClient } from '../../../kube';
import { Link } from '../../../local/clusters/link';
import { eventually } from '../../support/eventually';
import { startApiServer, type TestApiServer } from './api-server';

let api: TestApiServer;
let link: Link;
let direct: KubeClient;
let namespace: string;
const informers: Informer<ConfigMap>[] = [];

beforeAll(async () => {
  api = await startApiServer();
  link = await Link.open(api.process.address);
  direct = api.client;
});
beforeEach(async () => {
  namespace = await api.namespace();
});
afterEach(() => Promise.all(informers.splice(0).map((informer) => informer.stop())));
afterAll(async () => {
  await link?.close();
  await api?.stop();
});

const FAST = { first: 50, max: 400 };
/** Few retries while nobody answers: after several failures it would list in any case. */
const PATIENT = { first: 6_000, max: 6_000 };

/** An informer on the other side of the link, and what it said. */
async function observed(options: InformerOptions<ConfigMap> = {}, client = api.connect(link.port)) {
  const changes: string[] = [];
  const errors: unknown[] = [];
  const started = startInformer(client, ConfigMaps, {
    ...{ namespace, backoffMs: FAST, onError: (error: unknown) => errors.push(error) },
    ...options,
  });
  informers.push(started);
  started.subscribe((change) => changes.push(spell(change)));
  await started.synced();
  return { informer: started, changes, errors };
}

function spell({ key, old, new: now }: Change<ConfigMap>): string {
  return `${key.split('/')[1]} ${old?.data?.a ?? '-'}>${now?.data?.a ?? '-'}`;
}

const key = (name: string) => ({ namespace, name });
const make = (name: string, a = '1') => direct.create(ConfigMaps, { metadata: { name, namespace }, data: { a } });
const set = (name: string, a: string) => direct.patch(ConfigMaps, key(name), { kind: 'merge', body: { data: { a } } });
const drop = (name: string) => direct.remove(ConfigMaps, key(name));

it('lists, then follows additions, changes and deletions, with old and new', async () => {
  await make('before');
  const { informer, changes } = await observed();
  expect(changes).toEqual(['before ->1']);
  await make('x');
  await set('x', '2');
  await drop('x');
  await eventually(() => expect(changes).toEqual(['before ->1', 'x ->1', 'x 1>2', 'x 2>-']));
  expect(informer.store.list().map((object) => object.metadata?.name)).toEqual(['before']);
});

it('keeps an index, trims, and drops managedFields', async () => {
  const { informer } = await observed({
    indexes: { byA: (object) => [object.data?.a ?? ''] },
    trim: (object) => ({ ...object, data: { a: object.data?.a ?? '' } }),
  });
  await direct.create(ConfigMaps, { metadata: { name: 'i', namespace }, data: { a: 'v', large: 'x' } });
  await eventually(() => expect(informer.store.by('byA', 'v')).toHaveLength(1));
  const [object] = informer.store.by('byA', 'v');
  expect(object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'v' } });
  expect(object?.metadata).not.toHaveProperty('managedFields');
  await set('i', 'w');
  await eventually(() => expect(informer.store.by('byA', 'v')).toHaveLength(0));
  expect(informer.store.by('byA', 'w')).toHaveLength(1);
});

it('does not pass over an event that its own code could not take', async () => {
  let broken = true;
  const fault = new Error('a fault in trim');
  const { changes, errors } = await observed({
    trim: (object) => {
      if (broken) throw fault;
      return object;
    },
  });
  await make('x');
  await eventually(() => expect(errors).toContain(fault));
  broken = false;
  await eventually(() => expect(changes).toEqual(['x ->1']));
});

it('sees no content where only metadata is asked for', async () => {
  const informer = startInformer(direct, Secrets, { namespace, metadataOnly: true });
  await informer.synced();
  await direct.create(Secrets, { metadata: { name: 's', namespace }, stringData: { password: 'hunter2' } });
  await eventually(() => expect(informer.store.size).toBe(1));
  expect(informer.store.list()[0]).not.toHaveProperty('data');
  await informer.stop();
});

it('calls an object that leaves the selection gone', async () => {
  const { changes } = await observed({ labelSelector: 'ours=yes' });
  await direct.create(ConfigMaps, { metadata: { name: 'x', namespace, labels: { ours: 'yes' } }, data: { a: '1' } });
  await eventually(() => expect(changes).toEqual(['x ->1']));
  const body = { metadata: { labels: { ours: 'no' } } };
  await direct.patch(ConfigMaps, key('x'), { kind: 'merge', body });
  await eventually(() => expect(changes).toEqual(['x ->1', 'x 1>-']));
});

it('goes on where it was when its connection is cut, without listing again', async () => {
  await make('kept');
  const { informer, changes, errors } = await observed({ backoffMs: PATIENT });
  let lists = 0;
  informer.onList(() => (lists += 1));
  link.cut('reset');
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  await make('missed');
  await set('kept', '2');
  expect(informer.store.size).toBe(1);
  link.heal();
  await eventually(() => expect(changes).toEqual(['kept ->1', 'missed ->1', 'kept 1>2']));
  expect(lists).toBe(0);
});

it('notices a connection that has gone silent, and grows stale meanwhile', async () => {
  let watches = 0;
  const client = watching(api.connect(link.port), (_version, type) => (watches += type === 'start' ? 1 : 0));
  const { informer, changes, errors } = await observed({ idleTimeoutMs: 4_000 }, client);
  await eventually(() => expect(watches).toBe(1));
  link.cut('hang');
  const contact = informer.lastContact();
  await make('late');
  await eventually(() => expect(errors).toMatchObject([{ code: 'ApiUnavailable', reason: 'UND_ERR_BODY_TIMEOUT' }]));
  expect(informer.lastContact()).toBe(contact);
  link.heal();
  await eventually(() => expect(changes).toEqual(['late ->1']));
  expect(informer.lastContact()).toBeGreaterThan(contact);
});

it('lists again when its version is too old, and deletes only what is gone', async () => {
  await Promise.all(['stays', 'changes', 'goes', 'comes-back'].map((name) => make(name)));
  const { informer, changes, errors } = await observed({ backoffMs: PATIENT });
  changes.length = 0;
  link.cut('reset');
  await eventually(() => expect(errors.length).toBeGreaterThan(0));
  await drop('goes');
  await drop('comes-back');
  await make('comes-back', 'new');
  await set('changes', '2');
  // A new watch cache begins after all this, so that the version we hold is before its beginning.
  await api.process.stop();
  await api.process.start();
  await make('new');
  expect(informer.store.size).toBe(4);
  link.heal();
  await eventually(() =>
    expect([...changes].sort()).toEqual(['changes 1>2', 'comes-back 1>new', 'goes 1>-', 'new ->1']),
  );
  expect(errors.filter((error) => isKubeError(error, 'Gone'))).toHaveLength(1);
});

it('survives a restart of the API server', async () => {
  await make('kept');
  const { changes } = await observed();
  await api.process.kill();
  await api.process.start();
  await make('after');
  await eventually(() => expect(changes).toEqual(['kept ->1', 'after ->1']));
});

it('advances by bookmarks', async () => {
  const versions: string[] = [];
  const seen: string[] = [];
  const client = watching(direct, (version, type) => {
    if (type === 'start') versions.push(version);
    else seen.push(type);
  });
  await observed({ watchSeconds: 6, idleTimeoutMs: 20_000 }, client);
  const elsewhere = await api.namespace();
  await direct.create(ConfigMaps, { metadata: { name: 'noise', namespace: elsewhere }, data: {} });
  // A server sends one shortly before it ends a watch; nothing of the selection has changed.
  await eventually(() => expect(versions.length).toBeGreaterThan(1));
  expect(seen).toContain('BOOKMARK');
  expect(seen).not.toContain('ADDED');
  expect(Number(versions[1])).toBeGreaterThan(Number(versions[0]));
});

it('lists again when told to, even while nothing arrives', async () => {
  const { informer, changes } = await observed({ idleTimeoutMs: 60_000 });
  link.cut('hang');
  await make('missed');
  link.cut('reset');
  link.heal();
  await informer.relist();
  expect(changes).toEqual(['missed ->1']);
});

it('keeps what it knows while nobody answers, and rejects who waits when it is stopped', async () => {
  await make('kept');
  const { informer, errors } = await observed();
  link.cut('reset');
  await eventually(() => expect(errors.length).toBeGreaterThan(5));
  expect(informer.store.size).toBe(1);
  const waiting = informer.relist();
  await informer.stop();
  await expect(waiting).rejects.toThrow('stopped');
  link.heal();
});

/** `client`, telling where each watch starts and what arrives in it. */
function watching(client: KubeClient, tell: (resourceVersion: string, type: string) => unknown): KubeClient {
  const watch: KubeClient['watch'] = (type, options) =>
    client.watch(type, {
      ...options,
      onStart: () => {
        tell(options.resourceVersion, 'start');
        options.onStart?.();
      },
      onEvent: (event) => {
        tell('', event.type);
        options.onEvent(event);
      },
    });
  return Object.assign(Object.create(client) as KubeClient, { watch });
}
