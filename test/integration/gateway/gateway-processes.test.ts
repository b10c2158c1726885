/** Gateways as processes of their own behind one address, the real kubectl and API server in front of them: what their ends cost. */
import { join } from 'node:path';
import type { ManagedProcess } from '../../../local/processes/managed-process';
import { freePorts } from '../../../local/processes/ports';
import { Supervisor } from '../../../local/processes/supervisor';
import { Product } from '../../bench/rig/product';
import { buildProduct } from '../../support/build-product';
import { eventually } from '../../support/eventually';
import { GatewayService } from '../../support/gateway-service';
import { KubectlSession, type Ended } from '../../support/kubectl-session';
import { PodProcesses } from '../../support/pod-processes';
import { KubeletRig, LOGS } from './kubelet-rig';

let rig: KubeletRig;
let processes: PodProcesses;
let service: GatewayService;
let supervisor: Supervisor;
let product: Product;

beforeAll(async () => {
  buildProduct();
  rig = await KubeletRig.open();
  service = await GatewayService.open();
  await Promise.all([rig.advertise('vnode-a', service.port), rig.setRunning('web')]);
  processes = new PodProcesses({ folder: rig.dir });
  rig.physical.processes = processes;
  supervisor = new Supervisor({ dir: join(rig.dir, 'gateways') });
  const settings = { KUBEOCEAN_GATEWAY_ADDRESS: '127.0.0.1', KUBEOCEAN_PROMETHEUS_PORT: '0' };
  product = new Product({ supervisor, kubeconfig: rig.kubeconfig, temporalAddress: '127.0.0.1:1', cpuProf: null, settings });
});

afterAll(async () => {
  await supervisor?.stop();
  service?.close();
  await rig?.close();
});

interface Running {
  readonly process: ManagedProcess;
  readonly port: number;
}

/** Resolves when the API server is let in. */
async function startGateway(drainSeconds: number): Promise<Running> {
  const [port = 0] = await freePorts(1);
  const process = await product.startGateway({ KUBEOCEAN_KUBELET_PORT: `${port}`, KUBEOCEAN_DRAIN_SECONDS: `${drainSeconds}` });
  await eventually(async () => expect(await rig.asked(port, LOGS)).toMatchObject({ status: 200 }));
  return { process, port };
}

const session = (...args: string[]) => KubectlSession.start(rig.cluster.kubeconfig, args);

async function kubectl(...args: string[]): Promise<Ended> {
  const started = await session(...args);
  started.close();
  return await started.ended;
}

/** A command in the pod that sends back what it gets, through this gateway; resolves when it does. */
async function echoThrough({ port }: Running): Promise<KubectlSession> {
  service.members = [port];
  const echo = await session('exec', '-i', 'web', '--', 'sh', '-c', 'cat; echo the end; exit 3');
  echo.write('first\n');
  await eventually(() => expect(echo.out).toBe('first\n'));
  return echo;
}

/** `logs -f` of a log that never ends, through this gateway. */
async function followThrough({ port }: Running): Promise<KubectlSession> {
  service.members = [port];
  const follower = await session('logs', '-f', 'web');
  await eventually(() => expect(follower.out).toBe(rig.physical.log));
  return follower;
}

describe('of two gateways, one that is killed', () => {
  let killed: Running;
  let left: Running;

  beforeAll(async () => {
    [killed, left] = await Promise.all([startGateway(0), startGateway(0)]);
  });

  afterAll(async () => {
    await Promise.all([killed, left].map((gateway) => gateway?.process.kill()));
  });

  it('costs its own streams and no others, and new ones begin at the other', async () => {
    const lost = await echoThrough(killed);
    const pid = processes.pids.at(-1) ?? 0;
    const kept = await echoThrough(left);
    service.members = [killed.port, left.port];
    await killed.process.kill();
    expect(await lost.ended).toMatchObject({ out: 'first\n' });
    await eventually(() => expect(() => process.kill(-pid, 0)).toThrow(/ESRCH/));
    kept.write('second\n');
    await eventually(() => expect(kept.out).toBe('first\nsecond\n'));
    await eventually(async () => expect(await kubectl('exec', 'web', '--', 'echo', 'again')).toMatchObject({ code: 0, out: 'again\n' }));
    await eventually(async () => expect(await kubectl('logs', 'web')).toMatchObject({ code: 0, out: rig.physical.log }));
    kept.close();
    expect(await kept.ended).toMatchObject({ code: 3, out: 'first\nsecond\nthe end\n' });
  });
});

describe('a gateway that gets SIGTERM', () => {
  it('lets a command finish, takes nobody new, and ends with it', async () => {
    const stopping = await startGateway(600);
    const running = await echoThrough(stopping);
    stopping.process.signal('SIGTERM');
    await eventually(async () => await expect(rig.asked(stopping.port, LOGS)).rejects.toThrow(/ECONNREFUSED/));
    expect(await kubectl('exec', 'web', '--', 'echo', 'too late')).toMatchObject({ code: 1, out: '' });
    running.write('last words\n');
    await eventually(() => expect(running.out).toBe('first\nlast words\n'));
    expect(stopping.process.running).toBe(true);
    running.close();
    expect(await running.ended).toMatchObject({ code: 3, out: 'first\nlast words\nthe end\n' });
    expect(await stopping.process.exited).toEqual({ code: 0, signal: null });
  });

  it('ends in order although a log and a command never do', async () => {
    const stopping = await startGateway(1);
    const streams = [await echoThrough(stopping), await followThrough(stopping)];
    stopping.process.signal('SIGTERM');
    expect(await stopping.process.exited).toEqual({ code: 0, signal: null });
    for (const stream of streams) await stream.ended;
    expect(stopping.process.tail().join('\n')).toContain('streams ended by the stop of the gateway');
  });
});
