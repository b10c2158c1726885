import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { SignalDefinition } from '@temporalio/common';
import pLimit from 'p-limit';

/** Sent: the workflow got it. Absent: no open workflow has that id. */
export type Delivery = 'sent' | 'absent';

/** Merges the arguments of a later signal into those of one that has not been sent yet. */
export type Fold<A> = (waiting: A, later: A) => A;

interface Lane {
  /** Resolves when the signal now under way has been answered. */
  busy: Promise<unknown> | null;
  /** What goes out next, already folded. */
  waiting: { message: unknown; promise: Promise<Delivery> } | null;
}

/** Signals under way at the same time. More would only make each of them smaller, and each is a task of its workflow. */
const CONCURRENCY = 8;

/**
 * Sends signals, at most one at a time to a workflow and a few in all: while one is under way, later ones fold into the next.
 * No timer: an idle lane sends at once, a busy one batches by itself.
 */
export class ConflatingSignals {
  private readonly lanes = new Map<string, Lane>();
  private readonly limit = pLimit(CONCURRENCY);

  constructor(private readonly client: Client) {}

  /** @throws ServiceError when Temporal does not answer within the connection's retries */
  send<A extends unknown[]>(
    workflowId: string,
    signal: SignalDefinition<A>,
    message: A,
    fold: Fold<A> = (_, later) => later,
  ): Promise<Delivery> {
    const key = `${signal.name} ${workflowId}`;
    const lane = this.lanes.get(key) ?? { busy: null, waiting: null };
    this.lanes.set(key, lane);
    if (lane.waiting !== null) {
      lane.waiting.message = fold(lane.waiting.message as A, message);
      return lane.waiting.promise;
    }
    if (lane.busy === null) return this.dispatch(key, lane, () => this.deliver(workflowId, signal, message));
    const waiting = { message: message as unknown, promise: undefined as unknown as Promise<Delivery> };
    waiting.promise = lane.busy.then(
      () => this.next<A>(key, lane, workflowId, signal),
      () => this.next<A>(key, lane, workflowId, signal),
    );
    lane.waiting = waiting;
    return waiting.promise;
  }

  private next<A extends unknown[]>(
    key: string,
    lane: Lane,
    workflowId: string,
    signal: SignalDefinition<A>,
  ): Promise<Delivery> {
    const message = lane.waiting?.message as A;
    lane.waiting = null;
    return this.dispatch(key, lane, () => this.deliver(workflowId, signal, message));
  }

  private dispatch(key: string, lane: Lane, deliver: () => Promise<Delivery>): Promise<Delivery> {
    const sending = this.limit(deliver).finally(() => {
      lane.busy = null;
      if (lane.waiting === null) this.lanes.delete(key);
    });
    lane.busy = sending;
    return sending;
  }

  private async deliver<A extends unknown[]>(workflowId: string, signal: SignalDefinition<A>, args: A): Promise<Delivery> {
    try {
      await this.client.workflow.getHandle(workflowId).signal(signal, ...args);
      return 'sent';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'absent';
      throw error;
    }
  }
}
