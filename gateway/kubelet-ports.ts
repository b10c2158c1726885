import type { Node } from 'kubernetes-types/core/v1';
import { proxierPortOf, vnodesByPort, type NodeObject } from '../domain/vnode';
import type { Informer } from '../kube';

/** A port that is open. */
export interface OpenPort {
  /** Takes no more connections at once; resolves when the last one is over. */
  close(): Promise<void>;
}

/** Whose ports are opened, and how. */
export interface KubeletPortsOptions {
  readonly vnodes: Pick<Informer<Node>, 'store' | 'subscribe'>;
  /** Opens a port on which a vnode's kubelet API is served. */
  readonly open: (port: number, vnode: string) => Promise<OpenPort>;
  /** Told about each port that cannot be opened; it is tried again. */
  readonly onError: (facts: { readonly port: number; readonly virtualNode: string }, error: unknown) => void;
  /** Between two tries at ports that could not be opened, milliseconds. Default 10 s. */
  readonly retryMillis?: number;
}

interface Serving {
  readonly vnode: string;
  readonly open: OpenPort;
}

const RETRY_MILLIS = 10_000;

/**
 * Keeps one port open for each vnode: the one that its label names. Every gateway does, so that a vnode's address may be that of any
 * of them.
 */
export class KubeletPorts {
  private readonly serving = new Map<number, Serving>();
  private readonly closing = new Set<Promise<void>>();
  private readonly unsubscribe: () => void;
  private timer: NodeJS.Timeout | undefined;
  private pass: Promise<void>;
  private again = false;
  private stopped = false;

  constructor(private readonly options: KubeletPortsOptions) {
    this.unsubscribe = options.vnodes.subscribe(({ old, new: now }) => {
      if (proxierPortOf(old as NodeObject | null) !== proxierPortOf(now as NodeObject | null)) this.look();
    });
    this.pass = this.reconcile();
  }

  /** Ports that are open. */
  get size(): number {
    return this.serving.size;
  }

  /** Closes all ports; resolves when their last connections are over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    clearTimeout(this.timer);
    await this.pass;
    for (const port of [...this.serving.keys()]) this.close(port);
    await Promise.all(this.closing);
  }

  /** Several changes at once are one look. */
  private look(): void {
    if (this.again) return;
    this.again = true;
    this.pass = this.pass.then(() => this.reconcile());
  }

  private async reconcile(): Promise<void> {
    this.again = false;
    if (this.stopped) return;
    const wanted = vnodesByPort(this.options.vnodes.store.list() as readonly NodeObject[]);
    for (const [port, { vnode }] of [...this.serving]) if (wanted.get(port)?.metadata.name !== vnode) this.close(port);
    const missing = [...wanted].filter(([port]) => !this.serving.has(port));
    const opened = await Promise.all(missing.map(([port, { metadata }]) => this.open(port, metadata.name)));
    if (opened.includes(false)) this.retryLater();
  }

  private async open(port: number, vnode: string): Promise<boolean> {
    try {
      this.serving.set(port, { vnode, open: await this.options.open(port, vnode) });
      return true;
    } catch (error) {
      this.options.onError({ port, virtualNode: vnode }, error);
      return false;
    }
  }

  private retryLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), this.options.retryMillis ?? RETRY_MILLIS);
  }

  private close(port: number): void {
    const serving = this.serving.get(port);
    this.serving.delete(port);
    const closed = serving?.open.close() ?? Promise.resolve();
    this.closing.add(closed);
    void closed.finally(() => this.closing.delete(closed));
  }
}
