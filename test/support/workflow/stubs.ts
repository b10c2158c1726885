import { Context } from '@temporalio/activity';
import type { NodePass, ShortActivities, WatchActivities } from '../../../workflows/contracts/activities';

type Activities = ShortActivities & WatchActivities;
export type ActivityName = keyof Activities;

/** Behaviour of single activities; what is left out behaves as if all were well. */
export type Behaviour = Partial<Activities>;

export interface Call<N extends ActivityName = ActivityName> {
  readonly name: N;
  readonly args: Parameters<Activities[N]>;
  /** Epoch milliseconds. */
  readonly at: number;
  /** True: as a local activity, in the workflow's own process. */
  readonly local: boolean;
  /** 1 for the first. */
  readonly attempt: number;
}

/** What `reconcileNode` answers for a node that is lent, with no edge ahead. */
export const LENT: NodePass = {
  ...{ phase: 'Lent', reason: 'InWindow', windowEnd: null, wakeAt: null, pods: 0 },
  ...{ edge: null, deadline: null, forcedSince: null, stuck: false },
};
export const RETURNED: NodePass = { ...LENT, phase: 'Returned', reason: 'NotSelected' };

const fine: Omit<Activities, 'openWorkflows' | 'tellNodes'> = {
  reconcileBinding: async ({ name }) => ({
    presence: 'live',
    generation: 1,
    phase: 'Ready',
    reason: 'Ready',
    credentials: '1',
    clusterId: `cluster-of-${name}`,
  }),
  markUnreachable: async () => undefined,
  confirmReclaim: async () => undefined,
  auditBindings: async () => ({ clean: 0, findings: {}, unread: [] }),
  repairBinding: async () => undefined,
  finishUnbind: async () => ({ done: true, nodes: [], reason: 'nothing is left' }),
  lendNodes: async () => undefined,
  detachNodes: async () => 0,
  reconcileNode: async () => LENT,
  reviewPods: async () => ({ missing: [], stray: [] }),
  createPhysicalPod: async () => ({ result: 'created' }),
  deletePhysicalPod: async () => 'deleted',
  settlePod: async () => 'gone',
  updatePhysicalPod: async () => undefined,
  setPaused: async () => undefined,
  nextDebtAt: async () => null,
  payDebts: async () => null,
  recordSteering: async () => undefined,
  watch: untilCancelled,
};

/** What a real watch does to its workflow: it beats until it is cancelled. */
export async function untilCancelled(): Promise<'again'> {
  const { cancelled } = Context.current();
  const beat = setInterval(() => Context.current().heartbeat(), 100);
  await cancelled.finally(() => clearInterval(beat));
  return 'again';
}

/**
 * Stands in for all activities of a worker: records every call, and behaves for each binding as its test wants it.
 * `openWorkflows` and `tellNodes`, which speak to Temporal alone, are the real ones.
 */
export class ActivityStubs {
  private readonly made: Call[] = [];
  private readonly behaviours = new Map<string, Behaviour>();

  constructor(private readonly real: Pick<Activities, 'openWorkflows' | 'tellNodes'>) {}

  /** Sets, or adds to, the behaviour for one binding; of the watch of the virtual cluster: for `virtual`. */
  behave(binding: string, behaviour: Behaviour): void {
    this.behaviours.set(binding, { ...this.behaviours.get(binding), ...behaviour });
  }

  /** Calls of one activity on behalf of one binding, oldest first. */
  calls<N extends ActivityName>(name: N, binding: string): Call<N>[] {
    return this.made.filter((call) => call.name === name && bindingOf(call.args) === binding) as Call[] as Call<N>[];
  }

  /** For `Worker.create`. */
  get activities(): Activities {
    const names = [...Object.keys(fine), ...Object.keys(this.real)] as ActivityName[];
    return Object.fromEntries(names.map((name) => [name, this.stub(name)])) as unknown as Activities;
  }

  private stub(name: ActivityName): (...args: unknown[]) => Promise<unknown> {
    return async (...args) => {
      const { isLocal: local, attempt } = Context.current().info;
      this.made.push({ name, args: args as Call['args'], at: Date.now(), local, attempt });
      const behaviour = this.behaviours.get(bindingOf(args)) ?? {};
      const run = behaviour[name] ?? { ...fine, ...this.real }[name];
      return await (run as (...args: unknown[]) => Promise<unknown>)(...args);
    };
  }
}

/** An activity's first argument says which binding it works for; empty: it works for none. */
function bindingOf([first]: readonly unknown[]): string {
  const { binding, name, kind } = (first ?? {}) as { binding?: string; name?: string; kind?: string };
  return binding ?? name ?? kind ?? '';
}
