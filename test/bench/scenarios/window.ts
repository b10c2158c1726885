import { Taint } from '../../../api/names/keys';
import type { TimeWindow } from '../../../api/names/types';
import { vnodeName } from '../../../domain/vnode';
import { now } from '../measure/clock';
import { percentile } from '../measure/statistics';
import type { Scenario } from '../result';
import { CLUSTER_ID, POLICIES_PATH, policy } from '../rig/manifests';
import { hasTaint, isReady } from '../rig/node-arrivals';
import { WINDOW_NODE, type Rig } from '../rig/rig';
import { closedWindow, LEAST_OPEN_MS, windowEndingSoon } from '../rig/windows';

const VNODE = vnodeName(CLUSTER_ID, WINDOW_NODE);
const POLICY = `${POLICIES_PATH}/bench-window`;
const EDITS = 5;

/** The end of a real window, untouched policy → taint on the vnode. Takes up to a minute and a quarter, nearly all of it waiting. */
export const windowEdge: Scenario = {
  name: 'window-edge',
  title: "a window's end → taint",
  needsPods: false,
  manner: 'background',
  run: async (rig) => {
    const { window, edge } = windowEndingSoon(now());
    await setWindows(rig, [window]);
    await untilTainted(rig, false, LEAST_OPEN_MS);
    const tainted = await untilTainted(rig, true, edge - now() + 300_000);
    const value = (tainted - edge) / 1000;
    return { measurements: [{ metric: 'window.edge', title: "window's end → taint", value, unit: 's' }], violations: [] };
  },
};

/** A policy that somebody edits so that its window is closed → taint, some times over. */
export const policyEdit: Scenario = {
  name: 'policy-edit',
  title: 'policy edited → taint',
  needsPods: false,
  // It edits the policy whose window the one in the background waits for.
  manner: 'loud',
  run: async (rig) => {
    const seconds: number[] = [];
    for (let edit = 0; edit < EDITS; edit += 1) {
      await setWindows(rig, []);
      await untilTainted(rig, false, 30_000);
      const since = now();
      await setWindows(rig, [closedWindow(since)]);
      seconds.push(((await untilTainted(rig, true, 30_000)) - since) / 1000);
    }
    const note = `slowest of ${EDITS}: ${Math.max(...seconds).toFixed(3)} s`;
    const value = percentile(seconds, 50);
    return { measurements: [{ metric: 'window.edit', title: 'policy edited → taint, p50', value, unit: 's', note }], violations: [] };
  },
};

async function setWindows({ physical }: Rig, timeWindows: readonly TimeWindow[]): Promise<void> {
  const exists = (await physical.api.find(POLICY)) !== null;
  if (exists) await physical.api.merge(POLICY, { spec: { timeWindows } });
  else await physical.api.create(POLICIES_PATH, policy('window', timeWindows));
}

async function untilTainted({ watches }: Rig, tainted: boolean, within: number): Promise<number> {
  const isSo = () => {
    const vnode = watches.nodes.get(VNODE);
    return vnode !== undefined && isReady(vnode) && hasTaint(vnode, Taint.OutOfTimeWindows) === tainted;
  };
  return await watches.nodes.until(`vnode ${VNODE} ${tainted ? 'with' : 'without'} the taint`, isSo, within);
}
