import type { Client } from '@temporalio/client';
import type { ShortActivities, WatchActivities } from '../workflows/contracts/activities';
import { auditActivities } from './audit';
import { bindingActivities } from './binding';
import { debtActivities } from './debts';
import type { Fleet } from './fleet/fleet';
import { nodeActivities } from './node';
import { EdgeRush } from './node/edge-rush';
import type { ActivityObserver } from './observer';
import { podActivities } from './pod';
import type { ActivitySettings } from './settings';
import { dismissPodsOf } from './temporal/dismiss-pods';
import { openWorkflowsOf } from './temporal/open-workflows';
import { sharedActivities } from './temporal/shared';
import { ConflatingSignals } from './temporal/signals';
import { watchActivities } from './watch';
import type { WatchContext } from './watch/context';
import { figuresOf } from './watch/figures';
import type { VnodeFigures } from './watch/figures';
import { podFiguresOf } from './watch/pod-figures';
import type { PodFigures } from './watch/pod-figures';

/** What all activities of one process share. */
export interface ActivityDependencies {
  readonly fleet: Fleet;
  readonly settings: ActivitySettings;
  /** Over a connection with the tuned retry, see `workers/temporal.ts`. */
  readonly client: Client;
  readonly observer: ActivityObserver;
  /** Told about failures that are retried in the background. */
  readonly onError: (error: unknown, subject: string) => void;
}

/** Everything that one process runs for workflows, and what its metrics read. */
export interface Activities {
  readonly short: ShortActivities;
  readonly watch: WatchActivities;
  /** Of the vnodes whose bindings this process watches. */
  readonly figures: () => readonly VnodeFigures[];
  /** Of these bindings. */
  readonly podFigures: () => readonly PodFigures[];
}

/** The activities of a worker process: short ones for the workflows' queue, the watch for its own. */
export function createActivities(deps: ActivityDependencies): Activities {
  const { fleet, client } = deps;
  const openWorkflows = openWorkflowsOf(client);
  const watched = new Set<WatchContext>();
  const rush = new EdgeRush();
  return {
    short: {
      ...auditActivities(fleet, deps.observer),
      ...bindingActivities(fleet),
      ...debtActivities(fleet),
      ...nodeActivities({ ...deps, rush }, { openWorkflows, dismissPods: dismissPodsOf(client, openWorkflows) }),
      ...podActivities(fleet),
      ...sharedActivities(fleet, client, openWorkflows),
    },
    watch: watchActivities({ ...deps, rush, signals: new ConflatingSignals(client), watched }),
    figures: () => figuresOf(watched),
    podFigures: () => podFiguresOf(watched),
  };
}
