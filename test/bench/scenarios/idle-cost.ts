import { setTimeout as delay } from 'node:timers/promises';
import { AuditCursor, componentOf, countByKind } from '../measure/audit';
import { cpuOf, usedBetween } from '../measure/processes';
import { eventsBetween, historyTotals } from '../measure/temporal-events';
import type { Measurement, Scenario } from '../result';
import type { Rig } from '../rig/rig';

const MINUTES = 2;
const DAY_MINUTES = 24 * 60;
const OURS = '"userAgent":"kubeocean/';

/** What lent nodes cost while nothing happens on them. */
export const idleCost: Scenario = {
  name: 'idle-cost',
  title: `${MINUTES} minutes in which nothing happens`,
  needsPods: false,
  manner: 'loud',
  run: async (rig) => {
    const { nodes } = rig.options;
    const cursors = [rig.virtual, rig.physical].map((cluster) => new AuditCursor(cluster));
    const histories = await historyTotals(rig.temporal);
    const before = rig.uses();
    await delay(MINUTES * 60_000);
    const uses = usedBetween(before, rig.uses());
    const requests = (await Promise.all(cursors.map((cursor) => cursor.read(OURS)))).flat();
    const events = eventsBetween(histories, await historyTotals(rig.temporal));
    const total = [...events.values()].reduce((sum, count) => sum + count, 0);
    const perNode = (count: number) => count / nodes;
    return {
      measurements: [
        ...requestsOf(requests, nodes),
        {
          ...{ metric: 'idle-cost.events', title: 'Temporal events of lent nodes, per vnode and day', unit: 'events' },
          ...{ value: perNode(events.get('leasedNode') ?? 0) * (DAY_MINUTES / MINUTES), note: `${total} of all workflows in ${MINUTES} min` },
        },
        ...cpuOfEach(rig, uses),
      ],
      violations: [],
    };
  },
};

function requestsOf(requests: Parameters<typeof countByKind>[0], nodes: number): Measurement[] {
  const ofWorkers = requests.filter((event) => componentOf(event) !== 'gateway' && event.verb !== 'watch');
  const ofGateway = requests.filter((event) => componentOf(event) === 'gateway' && event.verb !== 'watch');
  const note = (events: typeof requests) => countByKind(events).slice(0, 4).map(([kind, count]) => `${kind} ${count}`).join(', ');
  const rate = (events: typeof requests) => events.length / nodes / MINUTES;
  return [
    { metric: 'idle-cost.worker', title: 'requests of workers, per vnode and minute', value: rate(ofWorkers), unit: 'requests', note: note(ofWorkers) },
    { metric: 'idle-cost.gateway', title: 'requests of the gateway, per vnode and minute', value: rate(ofGateway), unit: 'requests', note: note(ofGateway) },
  ];
}

function cpuOfEach({ options: { nodes } }: Rig, uses: Parameters<typeof cpuOf>[0]): Measurement[] {
  const groups = { worker: /^worker-/, gateway: /^gateway$/, temporal: /^temporal$/ };
  return Object.entries(groups).map(([name, pattern]) => {
    const seconds = cpuOf(uses, pattern);
    return {
      ...{ metric: `idle-cost.cpu.${name}`, title: `CPU of ${name}, per vnode and minute`, unit: 'ms' as const },
      ...{ value: (seconds * 1000) / nodes / MINUTES, note: `${((100 * seconds) / (MINUTES * 60)).toFixed(1)} % of one core` },
    };
  });
}
