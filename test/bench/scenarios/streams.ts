import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { WORKER_NAMESPACE } from '../../../api/names/keys';
import { physicalName } from '../../../domain/pods';
import type { Cluster } from '../../../local/clusters/cluster';
import { isRunning } from '../../../local/demo/observe';
import { pollUntil } from '../../../local/processes/poll';
import { apiServerAsClient } from '../../support/kubelet-doors';
import { KubectlSession } from '../../support/kubectl-session';
import { SOURCE } from '../../support/pod-io';
import { now } from '../measure/clock';
import { Followers } from '../measure/followers';
import { cpuOf, peakOf, usedBetween, type Uses } from '../measure/processes';
import { rawExec, type RawExec } from '../measure/raw-exec';
import { percentile } from '../measure/statistics';
import type { Measurement, Scenario } from '../result';
import { POD_NAMESPACE, PODS_PATH, pod } from '../rig/manifests';
import type { Rig } from '../rig/rig';

const NAME = 'streams';
/** Of every pod of the rig. */
const CONTAINER = 'main';
const RAW_ROUNDS = 40;
const KUBECTL_ROUNDS = 15;
const GIB = 1_024 ** 3;
const FORWARD_ROUNDS = 3;
const FOLLOWERS = 200;
const LINES = 100;
const LINE_EVERY_MS = 100;

/** One pod, as kubectl and as an API server name it: borrowed, and directly where it runs. */
interface Side {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly pod: string;
  readonly path: string;
  readonly exec: RawExec;
}

/** What goes through the virtual cluster, what asks its gateway as that cluster's API server would, and what is asked of the physical one. */
interface Sides {
  readonly borrowed: Side;
  readonly gateway: RawExec;
  readonly direct: Side;
}

/** What the way through the gateway costs beside the direct one: exec, port-forward, many followers of a log. */
export const streams: Scenario = {
  name: 'streams',
  title: 'exec, port-forward and logs of a borrowed pod',
  needsPods: true,
  manner: 'loud',
  run: async (rig) => {
    await rig.virtual.api.create(PODS_PATH, pod({ name: NAME, token: false }));
    const running = async () => isRunning(await rig.virtual.api.get<Pod>(`${PODS_PATH}/${NAME}`));
    await pollUntil(running, { what: 'the pod of the streams', within: 30_000 });
    const sides = await sidesOf(rig);
    try {
      const exec = [...(await rawDifferences(sides)), await kubectlDifference(sides)];
      const forward = await forwardRatio(rig, sides);
      const logs = await followersOf(rig, sides);
      return { measurements: [...exec, ...forward.measurements, ...logs], violations: forward.violations };
    } finally {
      await rig.virtual.api.delete(`${PODS_PATH}/${NAME}`);
    }
  },
};

async function sidesOf({ virtual, physical }: Rig): Promise<Sides> {
  const name = physicalName(NAME, POD_NAMESPACE);
  const path = `/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${name}`;
  return {
    borrowed: sideOf(virtual, { namespace: POD_NAMESPACE, pod: NAME, path: `${PODS_PATH}/${NAME}` }),
    gateway: { url: `${await kubeletOf(virtual)}/exec/${POD_NAMESPACE}/${NAME}/${CONTAINER}?command=true&output=1`, ca: virtual.ca, caller: apiServerAsClient(virtual) },
    direct: sideOf(physical, { namespace: WORKER_NAMESPACE, pod: name, path }),
  };
}

function sideOf(cluster: Cluster, names: Pick<Side, 'namespace' | 'pod' | 'path'>): Side {
  const { server, ca, admin: caller } = cluster;
  return { cluster, ...names, exec: { url: `${server}${names.path}/exec?command=true&stdout=true`, ca, caller } };
}

/** Where the vnode of the pod says that its kubelet is. */
async function kubeletOf({ api }: Cluster): Promise<string> {
  const { spec } = await api.get<Pod>(`${PODS_PATH}/${NAME}`);
  const { status } = await api.get<Node>(`/api/v1/nodes/${spec?.nodeName}`);
  const address = status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  return `https://${address}:${status?.daemonEndpoints?.kubeletEndpoint?.Port}`;
}

async function kubectlOnce(side: Side): Promise<void> {
  const session = await KubectlSession.start(side.cluster.kubeconfig, ['exec', '-n', side.namespace, side.pod, '--', 'true']);
  const { code, err } = await session.ended;
  if (code !== 0) throw new Error(`kubectl exec: ${err}`);
}

/** The second API server on the way takes its time for itself: what the gateway takes is seen by asking it alone. */
async function rawDifferences({ borrowed, gateway, direct }: Sides): Promise<Measurement[]> {
  const ways = { borrowed: () => rawExec(borrowed.exec), gateway: () => rawExec(gateway), direct: () => rawExec(direct.exec) };
  const took = await inTurns(ways, RAW_ROUNDS);
  return [
    difference({ metric: 'streams.exec.raw', title: 'exec beside the direct one, raw' }, took.borrowed, took.direct),
    difference({ metric: 'streams.exec.gateway', title: 'exec beside the direct one, raw, the gateway alone' }, took.gateway, took.direct),
  ];
}

async function kubectlDifference({ borrowed, direct }: Sides): Promise<Measurement> {
  const took = await inTurns({ borrowed: () => kubectlOnce(borrowed), direct: () => kubectlOnce(direct) }, KUBECTL_ROUNDS);
  return difference({ metric: 'streams.exec.kubectl', title: 'exec beside the direct one, kubectl' }, took.borrowed, took.direct);
}

/** How long each takes, after once for nothing. Taken in turns, so that whatever else goes on hits all. */
async function inTurns<W extends string>(ways: Readonly<Record<W, () => Promise<void>>>, rounds: number): Promise<Record<W, number[]>> {
  const names = Object.keys(ways) as W[];
  const took = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<W, number[]>;
  await Promise.all(names.map((name) => ways[name]()));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const since = now();
      await ways[name]();
      took[name].push(now() - since);
    }
  }
  return took;
}

function difference(named: Pick<Measurement, 'metric' | 'title'>, some: readonly number[], direct: readonly number[]): Measurement {
  const [one, other] = [percentile(some, 50), percentile(direct, 50)];
  return { ...named, value: one - other, unit: 'ms', note: `${one.toFixed(1)} ms against ${other.toFixed(1)} ms, p50 of ${direct.length}` };
}

/** In turns, so that an hour in which the machine is slower hits both. */
async function forwardRatio(rig: Rig, { borrowed, direct }: Sides): Promise<{ measurements: Measurement[]; violations: string[] }> {
  const before = rig.uses();
  const [ones, others]: [Download[], Download[]] = [[], []];
  for (let round = 0; round < FORWARD_ROUNDS; round += 1) {
    ones.push(await download(direct));
    others.push(await download(borrowed));
  }
  const used = usedBetween(before, rig.uses());
  const [one, other] = [secondsOf(ones), secondsOf(others)];
  const rate = (seconds: number) => `${(GIB / 1e6 / seconds).toFixed(0)} MB/s`;
  const checksums = new Set([...ones, ...others].map(({ checksum }) => checksum));
  const violations = checksums.size === 1 ? [] : ['port-forward changed bytes'];
  const note = `1 GiB, checksummed: ${rate(other)} against ${rate(one)}, p50 of ${FORWARD_ROUNDS}`;
  const measurements: Measurement[] = [
    { metric: 'streams.forward', title: 'port-forward throughput, of the direct one', value: (100 * one) / other, unit: '%', note },
    { metric: 'streams.forward.memory', title: `memory of ${FORWARD_ROUNDS} GiB, more than before`, value: peakOf(used, GATEWAY) - peakOf(before, GATEWAY), unit: 'MiB' },
    { metric: 'streams.forward.cpu', title: 'CPU of the gateway for 1 GiB', value: cpuOf(used, GATEWAY) / FORWARD_ROUNDS, unit: 's' },
  ];
  return { measurements, violations };
}

function secondsOf(downloads: readonly Download[]): number {
  return percentile(downloads.map(({ seconds }) => seconds), 50);
}

/** What came, and how long it took. */
interface Download {
  readonly seconds: number;
  readonly checksum: string;
}

async function download({ cluster, namespace, pod: name }: Side): Promise<Download> {
  const session = await KubectlSession.start(cluster.kubeconfig, ['port-forward', '-n', namespace, `pod/${name}`, `:${SOURCE}`]);
  try {
    const local = () => Number(/Forwarding from 127\.0\.0\.1:(\d+)/.exec(session.out)?.[1] ?? 0);
    await pollUntil(async () => local() > 0, { what: 'kubectl port-forward', within: 15_000 });
    const since = now();
    const socket = connect(local(), '127.0.0.1');
    socket.write(`${GIB}\n`);
    const hash = createHash('sha1');
    let got = 0;
    for await (const chunk of socket) {
      hash.update(chunk as Buffer);
      got += (chunk as Buffer).length;
      if (got >= GIB) break;
    }
    return { seconds: (now() - since) / 1_000, checksum: `${got} ${hash.digest('hex')}` };
  } finally {
    await session.kill();
  }
}

/** What the gateway takes for many who follow one log to which ten lines are added each second. */
async function followersOf(rig: Rig, { borrowed, direct }: Sides): Promise<Measurement[]> {
  const before = rig.uses();
  const { complete, seconds, used } = await follow(rig, borrowed);
  const peak = peakOf(rig.uses(), GATEWAY);
  // kwok tells followers of a file as well as it can: the direct way shows how well.
  const beside = await follow(rig, direct);
  const name = `${FOLLOWERS} log followers`;
  return [
    { metric: 'streams.logs.memory', title: `memory of ${name}, more than before`, value: peak - peakOf(before, GATEWAY), unit: 'MiB', note: `peak of the gateway ${peak.toFixed(0)} MiB` },
    { metric: 'streams.logs.cpu', title: `CPU of ${name}, of one core`, value: (100 * cpuOf(used, GATEWAY)) / seconds, unit: '%', note: `${FOLLOWERS * 10} lines/s` },
    { metric: 'streams.logs.complete', title: `${name} that saw every line`, value: (100 * complete) / FOLLOWERS, unit: '%', note: `directly ${beside.complete} of ${FOLLOWERS}` },
  ];
}

async function follow(rig: Rig, { cluster, path }: Side): Promise<{ complete: number; seconds: number; used: Uses }> {
  rig.io.log('the first');
  const followers = await Followers.open(cluster, path, FOLLOWERS);
  try {
    const before = rig.uses();
    const since = now();
    for (let line = 0; line < LINES; line += 1) {
      rig.io.log(`line ${line} of what many people want to read`);
      await delay(LINE_EVERY_MS);
    }
    const all = async () => followers.withLines(LINES) === FOLLOWERS;
    await pollUntil(all, { what: 'all followers', within: 15_000 }).catch(() => undefined);
    return { complete: followers.withLines(LINES), seconds: (now() - since) / 1_000, used: usedBetween(before, rig.uses()) };
  } finally {
    followers.close();
  }
}

const GATEWAY = /^gateway$/;
