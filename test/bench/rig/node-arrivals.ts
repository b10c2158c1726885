import type { Node } from 'kubernetes-types/core/v1';
import { now } from '../measure/clock';

/** The vnodes as a watch shows them, and waits for what they become. */
export class NodeArrivals {
  private readonly nodes = new Map<string, Node>();
  private readonly listeners = new Set<(at: number, node?: Node) => void>();
  private broken: Error | null = null;

  record(type: string, node: Node, at: number): void {
    const name = node.metadata?.name ?? '';
    if (type === 'DELETED') this.nodes.delete(name);
    else this.nodes.set(name, node);
    for (const listener of this.listeners) listener(at, node);
  }

  /** Calls back with every change. @returns how to end that */
  onChange(see: (node: Node, at: number) => void): () => void {
    const listener = (at: number, node?: Node) => void (node !== undefined && see(node, at));
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Fails all coming waits. */
  fail(error: Error): void {
    this.broken = error;
  }

  get(name: string): Node | undefined {
    return this.nodes.get(name);
  }

  /**
   * Waits until `isSo` holds.
   * @returns the arrival of the event that made it so
   * @throws Error naming `what` after `within` milliseconds
   */
  async until(what: string, isSo: (nodes: Iterable<Node>) => boolean, within: number): Promise<number> {
    if (this.broken !== null) throw this.broken;
    return await new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.listeners.delete(look);
      };
      const look = (at: number) => {
        if (!isSo(this.nodes.values())) return;
        end();
        resolve(at);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`waited ${within / 1000} s for ${what}`));
      }, within);
      this.listeners.add(look);
      look(now());
    });
  }

  /** The same for each of some nodes on its own, whatever comes of it later; each event is looked at once. */
  async untilEach(what: string, names: readonly string[], { isSo, within }: { isSo: (node: Node) => boolean; within: number }): Promise<ReadonlyMap<string, number>> {
    const left = new Set(names);
    const arrivals = new Map<string, number>();
    const see = (node: Node, at: number) => {
      const name = node.metadata?.name ?? '';
      if (left.has(name) && isSo(node) && left.delete(name)) arrivals.set(name, at);
    };
    for (const node of this.nodes.values()) see(node, now());
    const end = this.onChange(see);
    await this.until(what, () => left.size === 0, within).finally(end);
    return arrivals;
  }
}

export function isReady(node: Node): boolean {
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

export function hasTaint(node: Node, key: string): boolean {
  return node.spec?.taints?.some((taint) => taint.key === key) === true;
}
