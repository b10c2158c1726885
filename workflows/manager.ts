import { continueAsNew, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { closedSignal, resyncSignal } from './contracts/common';
import { bindingId, VIRTUAL_WATCH_ID } from './contracts/ids';
import { bindingsSeenSignal, managerStatusQuery } from './contracts/manager';
import { earliest } from '../domain/time/earliest';
import type { BindingsSeen, ManagerInput, ManagerState } from './contracts/manager';
import { KoBinding } from './contracts/search-attributes';
import { clusterBinding } from './cluster-binding';
import { ensureChild, trySignal } from './kit/children';
import { Debts } from './manager/debts';
import { continueWhen, nextTick } from './kit/continuing';
import { Pulse } from './kit/pulse';
import { watch } from './watch';

/**
 * The root of the tree: one `clusterBinding` child per ClusterBinding, and the watch of the virtual cluster.
 * It decides nothing about a binding; it makes sure that each has its workflow. It also has the debts paid that bindings to
 * abandoned clusters leave behind, for as long as that takes.
 */
export async function manager(input: ManagerInput): Promise<void> {
  const state: ManagerState = input.carried ?? { v: 1, bindings: {} };
  const pulse = new Pulse();
  let unsure: Set<string> = new Set(Object.keys(state.bindings));
  let tickAt = 0;
  // A run that starts from nothing knows no binding; a watch that runs already has told what it saw to the run before.
  let compare = input.carried === undefined;
  const debts = new Debts(pulse);

  setHandler(bindingsSeenSignal, pulse.on((seen) => foldBindings(state, seen).forEach((name) => unsure.add(name))), {
    description: 'ClusterBindings that the watch of the virtual cluster saw.',
  });
  setHandler(closedSignal, pulse.on(({ name, uid, why }) => {
    // It may have left a debt.
    debts.lookNow();
    const binding = state.bindings[name];
    if (binding === undefined) return;
    // It was made again under its name: its workflow could not start while the old one was closing.
    if (binding.uid !== uid) unsure.add(name);
    else if (why === 'cancelled') binding.held = true;
    else delete state.bindings[name];
  }));
  setHandler(resyncSignal, pulse.on(() => {
    for (const binding of Object.values(state.bindings)) delete binding.held;
    tickAt = 0;
    compare = true;
    debts.payNow();
  }), { description: 'Make sure now that every child exists; also takes back cancellations, and tries every debt.' });
  setHandler(managerStatusQuery, () => ({
    virtualCluster: input.virtualCluster,
    bindings: Object.keys(state.bindings).sort(),
  }));

  for (;;) {
    if (tickAt <= Date.now()) {
      tickAt = nextTick(input.settings);
      const afresh = compare;
      compare = false;
      await ensureWatch(input, afresh);
      unsure = new Set(Object.keys(state.bindings));
      debts.lookNow();
    }
    for (const name of unsure) {
      unsure.delete(name);
      await ensureBinding(input, state, name);
    }
    await debts.turn();
    setCurrentDetails(`Bindings: ${Object.keys(state.bindings).sort().join(', ') || 'none yet'}`);
    const again = continueWhen(pulse, input.settings);
    if (again === 'now') await continueAsNew<typeof manager>({ ...input, carried: state });
    await pulse.next(earliest(tickAt, debts.dueAt, again === 'no' ? null : (again as number)), 'next look at the children');
  }
}

/** Folds a report in. @returns the names whose workflow must be made sure of */
function foldBindings(state: ManagerState, { complete, bindings }: BindingsSeen): string[] {
  const changed: string[] = [];
  for (const { name, uid, generation } of bindings) {
    const known = state.bindings[name];
    if (known?.uid === uid && known.generation >= generation) continue;
    state.bindings[name] = { uid, generation };
    changed.push(name);
  }
  if (complete) {
    // A binding that is gone closes its own workflow and says so; here it is only no longer made sure of.
    const present = new Set(bindings.map(({ name }) => name));
    for (const name of Object.keys(state.bindings)) if (!present.has(name)) changed.push(name);
  }
  return changed;
}

async function ensureBinding(input: ManagerInput, state: ManagerState, name: string): Promise<void> {
  const binding = state.bindings[name];
  if (binding === undefined || binding.held === true) return;
  const { uid, generation } = binding;
  await ensureChild(
    clusterBinding,
    {
      workflowId: bindingId(name),
      args: [{ name, uid, settings: input.settings }],
      staticSummary: `ClusterBinding ${name}`,
      typedSearchAttributes: [{ key: KoBinding, value: name }],
    },
    { uid, generation },
  );
}

/** @param afresh whether a watch that runs already has to compare everything again */
async function ensureWatch({ settings }: ManagerInput, afresh: boolean): Promise<void> {
  const how = await ensureChild(
    watch,
    {
      workflowId: VIRTUAL_WATCH_ID,
      args: [{ target: { kind: 'virtual' }, settings }],
      staticSummary: 'Watch of the virtual cluster',
    },
    { uid: workflowInfo().workflowId, generation: 0 },
  );
  if (afresh && how === 'adopted') await trySignal(VIRTUAL_WATCH_ID, (handle) => handle.signal(resyncSignal));
}

