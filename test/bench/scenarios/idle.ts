import { setTimeout as delay } from 'node:timers/promises';
import { physicalName } from '../../../domain/pods';
import { AuditCursor } from '../measure/audit';
import { stepsOf } from '../measure/breakdown';
import { percentile, spread } from '../measure/statistics';
import type { Measurement, Scenario } from '../result';
import { POD_NAMESPACE, podNames } from '../rig/manifests';
import { deletePods, postPod, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';

/** Not counted: the first pods of a namespace bring their ConfigMap and PriorityClass with them. */
const WARM_UP = 3;
/** Between two pods, so that the workflow of one does not meet the next. */
const PAUSE_MS = 150;
const WITHIN = { within: 30_000 };

interface Latency {
  /** Milliseconds from just before the POST. */
  readonly toCopy: number;
  readonly toRunning: number;
}

/** Pods one after the other: POST → copy exists, and → Running. */
export function idle({ token }: { readonly token: boolean }): Scenario {
  const name = token ? 'idle' : 'idle-no-token';
  return {
    name,
    title: `pods one after the other${token ? '' : ', without token'}`,
    needsPods: true,
    run: async (rig) => {
      const names = podNames(name, WARM_UP + rig.options.idle);
      const cursors = { virtual: new AuditCursor(rig.virtual), physical: new AuditCursor(rig.physical) };
      const latencies: Latency[] = [];
      for (const pod of names) {
        latencies.push(await startOne(rig, pod, token));
        await delay(PAUSE_MS);
      }
      const counted = latencies.slice(WARM_UP);
      const steps = await stepsOfAll(names.slice(WARM_UP), cursors);
      await deletePods(rig, names);
      await untilGone(rig, names, 60_000);
      return {
        measurements: [
          ...spreadOf(`${name}.copy`, 'POST → pPod exists', counted.map(({ toCopy }) => toCopy)),
          ...spreadOf(`${name}.running`, 'POST → Running', counted.map(({ toRunning }) => toRunning)),
          ...steps,
        ],
        violations: [],
      };
    },
  };
}

async function startOne(rig: Rig, name: string, token: boolean): Promise<Latency> {
  const { virtualPods, physicalPods } = rig.watches;
  const { since } = await postPod(rig, { name, token });
  const copy = await physicalPods.until([name], 'seen', WITHIN);
  const running = await virtualPods.until([name], 'running', WITHIN);
  return { toCopy: copy - since, toRunning: running - since };
}

function spreadOf(metric: string, title: string, values: readonly number[]): Measurement[] {
  return Object.entries(spread(values)).map(([rank, value]) => ({
    ...{ metric: `${metric}.${rank}`, title: `${title}, ${rank}` },
    ...{ value, unit: 'ms', note: rank === 'p50' ? `${values.length} pods` : undefined },
  }));
}

/** Where the time goes, from the time stamps of both API servers: the median of each step. */
async function stepsOfAll(names: readonly string[], cursors: Record<'virtual' | 'physical', AuditCursor>): Promise<Measurement[]> {
  const [virtual, physical] = await Promise.all([cursors.virtual.read('"pods"'), cursors.physical.read('"pods"')]);
  const byStep = new Map<string, number[]>();
  for (const name of names) {
    const trail = { name, physicalName: physicalName(name, POD_NAMESPACE), virtual, physical };
    for (const [step, millis] of stepsOf(trail) ?? []) byStep.set(step, [...(byStep.get(step) ?? []), millis]);
  }
  return [...byStep].map(([step, values]) => ({
    ...{ metric: `idle.step.${step}`, title: `  step ${step}, p50` },
    ...{ value: percentile(values, 50), unit: 'ms', note: `p90 ${percentile(values, 90).toFixed(1)} ms` },
  }));
}
